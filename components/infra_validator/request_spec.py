"""What a model is asked while it is validated: TFX's `RequestSpec`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.infra_validator.fields import Fields

DEFAULT_SIGNATURE = "serving_default"
_FIELDS = ("make_warmup", "num_examples", "split_name", "tensorflow_serving")


@dataclass(frozen=True)
class RequestSpec:
    """The requests.

    Attributes:
        signature_names: the signatures to call.
        tag_set: tags of the SavedModel's graph that has them.
        split_name: the split that examples are taken from; the first one where it is empty.
        num_examples: how many examples.
        make_warmup: whether a blessed model is given the requests as its warm-up.
    """

    signature_names: tuple[str, ...] = (DEFAULT_SIGNATURE,)
    tag_set: tuple[str, ...] = ("serve",)
    split_name: str = ""
    num_examples: int = 1
    make_warmup: bool = False

    @classmethod
    def parse(cls, request_spec: Mapping[str, Any] | None) -> RequestSpec:
        """The requests that the plain form of TFX's `RequestSpec` describes.

        Raises:
            DataError: a field is unknown or has a value that cannot work.
        """
        fields = Fields("request_spec", request_spec or {}, _FIELDS)
        serving = fields.message("tensorflow_serving", ("signature_names", "tag_set"))
        return cls(
            signature_names=serving.texts("signature_names") or cls.signature_names,
            tag_set=serving.texts("tag_set") or cls.tag_set,
            split_name=fields.text("split_name"),
            num_examples=fields.whole_number("num_examples", cls.num_examples),
            make_warmup=fields.flag("make_warmup"),
        )
