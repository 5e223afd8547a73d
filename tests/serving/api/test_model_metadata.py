from __future__ import annotations

from pipeline_lib.serving.api.model_metadata import signature_defs
from pipeline_lib.serving.servables.loader import Signature, TensorSpec


def test_signatures_are_shown_with_names_types_and_shapes() -> None:
    signature = Signature(
        "tensorflow/serving/predict",
        {"batch": TensorSpec("x:0", 1, (-1, 3)), "scalar": TensorSpec("s:0", 7, ())},
        {"any": TensorSpec("y:0", 9, None)},
    )
    shown = signature_defs({"serving_default": signature}).signature_def["serving_default"]
    assert shown.method_name == "tensorflow/serving/predict"
    batch, scalar, any_ = shown.inputs["batch"], shown.inputs["scalar"], shown.outputs["any"]
    assert (batch.name, batch.dtype) == ("x:0", 1)
    assert [dim.size for dim in batch.tensor_shape.dim] == [-1, 3]
    assert scalar.HasField("tensor_shape")
    assert not scalar.tensor_shape.dim
    assert any_.tensor_shape.unknown_rank
