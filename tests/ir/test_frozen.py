from __future__ import annotations

import pickle

import pytest

from pipeline_lib.ir.frozen import FrozenMapping, thaw


def test_it_reads_like_a_dict_in_the_order_of_its_keys() -> None:
    frozen = FrozenMapping({"b": 1, "a": 2})
    assert list(frozen.items()) == [("a", 2), ("b", 1)]
    assert frozen["b"] == 1
    assert len(frozen) == 2
    assert "c" not in frozen
    assert repr(frozen) == "{'a': 2, 'b': 1}"
    assert FrozenMapping() == {}


def test_equal_mappings_have_equal_hashes() -> None:
    assert FrozenMapping({"b": 1, "a": 2}) == FrozenMapping({"a": 2, "b": 1}) == {"a": 2, "b": 1}
    assert hash(FrozenMapping({"b": 1, "a": 2})) == hash(FrozenMapping({"a": 2, "b": 1}))
    assert FrozenMapping({"a": 1}) != FrozenMapping({"a": 2})


def test_it_cannot_be_changed() -> None:
    given = {"a": 1}
    frozen = FrozenMapping(given)
    given["a"] = 2
    assert frozen["a"] == 1
    with pytest.raises(TypeError):
        frozen["a"] = 2  # type: ignore[index]
    with pytest.raises(AttributeError):
        frozen.other = 2  # type: ignore[attr-defined]


def test_it_can_be_pickled() -> None:
    frozen = FrozenMapping({"a": FrozenMapping({"b": 1})})
    assert pickle.loads(pickle.dumps(frozen)) == frozen


def test_thawed_value_is_the_readers_own() -> None:
    frozen = FrozenMapping({"a": (1, FrozenMapping({"b": "x"})), "c": None})
    thawed = thaw(frozen)
    assert thawed == {"a": [1, {"b": "x"}], "c": None}
    thawed["a"][1]["b"] = "y"
    assert frozen["a"][1]["b"] == "x"  # type: ignore[index]
