"""A compiled pipeline as text in which the name of the author's module does not count."""

from __future__ import annotations

import json
from typing import Any

from google.protobuf import json_format

from pipeline_lib.ir import pipeline_pb2

_TOP_LEVEL = "<top level>"


def in_words(serialized: bytes, module: str) -> str:
    """Equal for pipelines that are the same but for the name of the module `module`.

    Code is compared part by part. What a module does when it is imported does not count: a
    session, which is never imported, has no such part.
    """
    message = pipeline_pb2.Pipeline.FromString(serialized)
    content: dict[str, Any] = json_format.MessageToDict(message)
    text = json.dumps(content, sort_keys=True, indent=1)
    for code in content.get("code", ()):
        parts = {
            name.replace(f"{module}:", "MODULE:"): digest
            for name, digest in code["parts"].items()
            if name != f"{module}:{_TOP_LEVEL}"
        }
        text = text.replace(
            json.dumps(code["digest"]), json.dumps(json.dumps(parts, sort_keys=True))
        )
        text = text.replace(json.dumps(code["digest"])[1:-1], "CODE")
    content = json.loads(text)
    content["code"] = sorted(one["digest"] for one in content.get("code", ()))
    text = json.dumps(content, sort_keys=True, indent=1)
    return text.replace(f'"{module}:', '"MODULE:').replace(f'"{module}.', '"MODULE.')
