"""`tensorflow.serving.PredictionService`.

Source: tensorflow_serving/apis/prediction_service.proto; and prediction_service_impl.cc with what
it calls, for codes and texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tensorflow_serving.apis.classification_pb2 import (
    ClassificationRequest,
    ClassificationResponse,
    ClassificationResult,
)
from tensorflow_serving.apis.get_model_metadata_pb2 import (
    GetModelMetadataRequest,
    GetModelMetadataResponse,
)
from tensorflow_serving.apis.inference_pb2 import MultiInferenceRequest, MultiInferenceResponse
from tensorflow_serving.apis.model_pb2 import ModelSpec
from tensorflow_serving.apis.predict_pb2 import PredictRequest, PredictResponse
from tensorflow_serving.apis.regression_pb2 import (
    RegressionRequest,
    RegressionResponse,
    RegressionResult,
)

from pipeline_lib.serving.api.examples import serialized_examples
from pipeline_lib.serving.api.inference import (
    Classification,
    Inference,
    InferenceTask,
    Regression,
)
from pipeline_lib.serving.api.model_metadata import signature_defs
from pipeline_lib.serving.api.tensor_protos import fill_tensor_proto, to_array
from pipeline_lib.serving.errors import ServingError, StatusCode
from pipeline_lib.serving.grpc_api.model_specs import (
    fill_model_spec,
    missing_model_spec,
    model_reference,
)
from pipeline_lib.serving.monitoring import RequestObserver
from pipeline_lib.serving.servables.loader import Array
from pipeline_lib.serving.servables.servable import ModelReference, ServableId

SERVICE = "tensorflow.serving.PredictionService"
"""The full name of the service."""

_SIGNATURE_DEF = "signature_def"


class PredictionService:
    """Answers the messages of the service; each method raises `ServingError`.

    Args:
        inference: answers what the messages mean.
        observer: is told how many examples were answered.
    """

    def __init__(self, inference: Inference, observer: RequestObserver | None = None) -> None:
        self._inference = inference
        self._observer = observer

    async def predict(self, request: PredictRequest) -> PredictResponse:
        """Call a signature with tensors."""
        if not request.HasField("model_spec"):
            raise missing_model_spec()
        spec = request.model_spec
        prediction = await self._inference.predict(
            model_reference(spec, self._inference),
            spec.signature_name,
            _arrays(request),
            request.output_filter,
        )
        response = PredictResponse()
        fill_model_spec(response.model_spec, prediction.model, prediction.signature_name)
        for name, array in prediction.outputs.items():
            fill_tensor_proto(response.outputs[name], array)
        return response

    async def classify(self, request: ClassificationRequest) -> ClassificationResponse:
        """Classify examples."""
        if not request.HasField("model_spec"):
            raise missing_model_spec()
        spec = request.model_spec
        examples = serialized_examples(request.input)
        answer = await self._inference.classify(
            model_reference(spec, self._inference), spec.signature_name, examples
        )
        self._count(answer.model, examples)
        response = ClassificationResponse()
        fill_model_spec(response.model_spec, answer.model, answer.signature_name)
        _fill_classifications(response.result, answer)
        return response

    async def regress(self, request: RegressionRequest) -> RegressionResponse:
        """Make a number of each example."""
        if not request.HasField("model_spec"):
            raise missing_model_spec()
        spec = request.model_spec
        examples = serialized_examples(request.input)
        answer = await self._inference.regress(
            model_reference(spec, self._inference), spec.signature_name, examples
        )
        self._count(answer.model, examples)
        response = RegressionResponse()
        fill_model_spec(response.model_spec, answer.model, answer.signature_name)
        _fill_regressions(response.result, answer)
        return response

    async def multi_inference(self, request: MultiInferenceRequest) -> MultiInferenceResponse:
        """Classify and regress the same examples."""
        examples = serialized_examples(request.input)
        answers = await self._inference.multi_inference(self._tasks(request), examples)
        self._count(answers[0].model, examples)
        response = MultiInferenceResponse()
        for answer in answers:
            result = response.results.add()
            fill_model_spec(result.model_spec, answer.model, answer.signature_name)
            if isinstance(answer, Classification):
                _fill_classifications(result.classification_result, answer)
            else:
                _fill_regressions(result.regression_result, answer)
        return response

    async def get_model_metadata(
        self, request: GetModelMetadataRequest
    ) -> GetModelMetadataResponse:
        """Tell the signatures of a model."""
        if not request.HasField("model_spec"):
            raise missing_model_spec()
        _check_metadata_fields(request)
        model, signatures = self._inference.signatures(
            model_reference(request.model_spec, self._inference)
        )
        response = GetModelMetadataResponse()
        fill_model_spec(response.model_spec, model)
        response.metadata[_SIGNATURE_DEF].Pack(signature_defs(signatures))
        return response

    def _tasks(self, request: MultiInferenceRequest) -> list[InferenceTask]:
        specs = [task.model_spec for task in request.tasks] or [ModelSpec()]
        first = model_reference(specs[0], self._inference)
        references = [first, *(ModelReference(spec.name) for spec in specs[1:])]
        return [
            InferenceTask(reference, task.model_spec.signature_name, task.method_name)
            for reference, task in zip(references, request.tasks, strict=True)
        ]

    def _count(self, model: ServableId, examples: Sequence[bytes]) -> None:
        if self._observer is not None:
            self._observer.examples(model.name, len(examples))


def _arrays(request: PredictRequest) -> Mapping[str, Array]:
    arrays = {}
    inputs = request.inputs
    for name in inputs:
        try:
            arrays[name] = to_array(inputs[name])
        except ServingError as error:
            raise ServingError(error.code, f"tensor parsing error: {name}") from error
    return arrays


def _fill_classifications(result: ClassificationResult, answer: Classification) -> None:
    for classes in answer.classes:
        classifications = result.classifications.add()
        for label, score in classes:
            classifications.classes.add(label=label, score=score)


def _fill_regressions(result: RegressionResult, answer: Regression) -> None:
    for value in answer.values:
        result.regressions.add(value=value)


def _check_metadata_fields(request: GetModelMetadataRequest) -> None:
    if not request.metadata_field:
        raise ServingError(
            StatusCode.INVALID_ARGUMENT,
            "GetModelMetadataRequest must specify at least one metadata_field",
        )
    for field in request.metadata_field:
        if field != _SIGNATURE_DEF:
            raise ServingError(
                StatusCode.INVALID_ARGUMENT, f"Metadata field {field} is not supported"
            )
