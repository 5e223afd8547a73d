"""The signatures of a model as the messages that `GetModelMetadata` shows."""

from __future__ import annotations

from collections.abc import Mapping

from tensorflow.core.protobuf.meta_graph_pb2 import SignatureDef, TensorInfo
from tensorflow_serving.apis.get_model_metadata_pb2 import SignatureDefMap

from pipeline_lib.serving.api.tensor_protos import to_tensor_proto
from pipeline_lib.serving.servables.loader import Signature, TensorSpec


def signature_defs(signatures: Mapping[str, Signature]) -> SignatureDefMap:
    """All signatures of a model, by name."""
    defs = SignatureDefMap()
    for name, signature in signatures.items():
        defs.signature_def[name].CopyFrom(signature_def(signature))
    return defs


def signature_def(signature: Signature) -> SignatureDef:
    """One signature."""
    return SignatureDef(
        inputs={name: _tensor_info(spec) for name, spec in signature.inputs.items()},
        outputs={name: _tensor_info(spec) for name, spec in signature.outputs.items()},
        method_name=signature.method_name,
        defaults={name: to_tensor_proto(value) for name, value in signature.defaults.items()},
    )


def _tensor_info(spec: TensorSpec) -> TensorInfo:
    info = TensorInfo(name=spec.name, dtype=spec.dtype)
    if spec.shape is None:
        info.tensor_shape.unknown_rank = True
    else:
        info.tensor_shape.SetInParent()  # a scalar's shape is there, and empty
        for size in spec.shape:
            info.tensor_shape.dim.add(size=size)
    return info
