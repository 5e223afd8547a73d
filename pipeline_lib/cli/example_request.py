"""A command line that asks a served model something, made from the model's own signature."""

from __future__ import annotations

import json
import math
import shlex
import urllib.request
from collections.abc import Mapping
from typing import Any

_MOST_VALUES = 100
"""A request with more values would fill the screen."""

_Signature = Mapping[str, Any]


def example_request(rest_url: str, model_name: str) -> str | None:
    """A call of `curl` that a model understands.

    Args:
        rest_url: beginning of the addresses of REST.
        model_name: name of the model.

    Returns:
        The command line; `None` if the model cannot be asked, or not by a line that a person reads.
    """
    url = f"{rest_url}/v1/models/{model_name}"
    try:
        with urllib.request.urlopen(f"{url}/metadata", timeout=10) as response:
            metadata = json.load(response)["metadata"]
    except OSError:
        return None
    return curl_line(url, metadata["signature_def"]["signature_def"])


def curl_line(url: str, signatures: Mapping[str, _Signature]) -> str | None:
    """The same, from the signatures as `GetModelMetadata` has them."""
    bodies = {name: _body(name, signature) for name, signature in signatures.items()}
    usable = [name for name, body in bodies.items() if body is not None]
    if not usable:
        return None
    # Serialized examples are hard to write by hand, so a signature of numbers comes first.
    name = min(usable, key=lambda one: (_has_text(signatures[one]), one != "serving_default", one))
    return f"curl -d {shlex.quote(json.dumps(bodies[name]))} {shlex.quote(f'{url}:predict')}"


def _body(name: str, signature: _Signature) -> dict[str, Any] | None:
    inputs = {key: _value(key, tensor) for key, tensor in signature["inputs"].items()}
    if not inputs or any(value is None for value in inputs.values()):
        return None
    instance = inputs if len(inputs) > 1 else next(iter(inputs.values()))
    chosen = {} if name == "serving_default" else {"signature_name": name}
    return {**chosen, "instances": [instance]}


def _has_text(signature: _Signature) -> bool:
    return any(tensor["dtype"] == "DT_STRING" for tensor in signature["inputs"].values())


def _value(name: str, tensor: Mapping[str, Any]) -> Any:
    """One row of an input; `None` if there is no telling what it looks like."""
    shape = tensor["tensor_shape"]
    sizes = [abs(int(dimension["size"])) for dimension in shape.get("dim", ())]
    if shape.get("unknown_rank") or not sizes or math.prod(sizes[1:]) > _MOST_VALUES:
        return None
    value = _element(name, tensor["dtype"])
    for size in reversed(sizes[1:]):
        value = [value] * size
    return value


def _element(name: str, dtype: str) -> Any:
    if dtype == "DT_STRING":
        return {"b64": ""} if name == "examples" else "text"
    if dtype == "DT_BOOL":
        return False
    return 1.0 if dtype in ("DT_FLOAT", "DT_DOUBLE", "DT_HALF", "DT_BFLOAT16") else 1
