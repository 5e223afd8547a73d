"""Steps are tested as functions; the pipeline is compiled, and run with a store of its own."""

from pathlib import Path

from pipeline import create_pipeline
from steps import Count, Rank, Split, Words

from pipeline_lib import LocalRunner, compile, sqlite_metadata_connection_config


def words_in(folder: Path, text: str) -> Words:
    words = Words()
    words.uri = str(folder)
    Split.test_call(words=words, text=text)
    return words


def test_words_are_counted(tmp_path: Path) -> None:
    assert Count.test_call(words=words_in(tmp_path, "A b a")) == {"counts": {"a": 2, "b": 1}}


def test_the_most_frequent_come_first() -> None:
    assert Rank.test_call(counts={"a": 1, "b": 2, "c": 1}, most=2) == {"words": ["b", "a"]}


def test_the_pipeline_compiles() -> None:
    assert [node.id for node in compile(create_pipeline()).nodes] == ["Split", "Count", "Rank"]


def test_the_pipeline_runs(tmp_path: Path, monkeypatch) -> None:
    store = sqlite_metadata_connection_config(str(tmp_path / "store.sqlite"))
    monkeypatch.chdir(tmp_path)  # what is written without a pipeline root
    runner = LocalRunner(inline=True, progress=False)
    result = runner.run(create_pipeline(), {"text": "x y x"}, metadata_connection_config=store)
    assert result["Rank"].outputs["words"]
