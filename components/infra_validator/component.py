"""`InfraValidator`: whether a model server can load a model and answer with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from components.infra_validator.request_spec import RequestSpec
from components.infra_validator.serving_spec import KubernetesConfig, ServingSpec
from components.infra_validator.validation_spec import ValidationSpec
from pipeline_lib import (
    BaseComponent,
    Channel,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    ExecutorClassSpec,
)
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.errors import AuthoringError, DataError


class InfraValidatorSpec(ComponentSpec):
    """Contract of `InfraValidator`."""

    PARAMETERS = {
        "serving_spec": ExecutionParameter(type=dict, optional=True),
        "request_spec": ExecutionParameter(type=dict, optional=True),
        "validation_spec": ExecutionParameter(type=dict, optional=True),
    }
    INPUTS = {
        "model": ChannelParameter(type=standard_artifacts.Model),
        "examples": ChannelParameter(type=standard_artifacts.Examples, optional=True),
    }
    OUTPUTS = {"blessing": ChannelParameter(type=standard_artifacts.InfraBlessing)}


class InfraValidator(BaseComponent[Literal["blessing"]]):
    """Starts a model server on a model, asks it, and blesses the model if all goes well.

        InfraValidator(
            model=trainer.outputs["model"],
            examples=example_gen.outputs["examples"],
            request_spec={"num_examples": 3},
            validation_spec={"load_test": {"max_p99_ms": 50}},
        )

    The server runs in a process, container or pod of its own. A model that it cannot load, that
    crashes it, hangs, uses more memory than it may, or answers with an error, NaN or an infinite
    number is not blessed: the node succeeds, `blessed` is 0, and `not_blessed_reason` says why.
    Only what is not about the model fails the node: Docker that is not there, a signature or split
    with a wrong name, examples without the features that a signature takes.

    Outputs:
        blessing: an empty file `INFRA_BLESSED` or `INFRA_NOT_BLESSED`; `validation.json` with each
            server, try and figure; the custom properties `blessed` (1 or 0), `has_model` (1 where
            it holds the model with warm-up requests in `stamped_model`), `model_fingerprint` and
            `stamped_model_fingerprint` of the files, `not_blessed_reason`, and the slowest
            server's figures: `loading_seconds`, and of a load test `p50_ms`, `p99_ms` and
            `requests_per_second`.

    Args:
        model: the model to validate.
        serving_spec: the servers, as TFX's `ServingSpec` or a mapping of its fields:
            `tensorflow_serving` (`tags`, `digests`, `image_name`) on `local_docker` or
            `kubernetes`, `model_name`. Ours: `local_process` with `binary`, a
            `tensorflow_model_server`, and `memory_limit`, such as `"2Gi"`; the latter and
            `network` in `local_docker`. Without a platform it is a process of the embedded server,
            which needs nothing installed.
        examples: what requests are made of. Without them the model is only loaded (TFX's mode
            LOAD_ONLY), with them it is asked as well (LOAD_AND_QUERY).
        request_spec: the requests, as TFX's `RequestSpec` or a mapping of its fields:
            `tensorflow_serving` (`signature_names`, `tag_set`), `split_name`, `num_examples` (1),
            `make_warmup`. A signature that takes serialized examples gets them one by one; any
            other gets arrays that are made of the features with the names of its inputs.
        validation_spec: TFX's `ValidationSpec` or a mapping of its fields:
            `max_loading_time_seconds` (300) and `num_tries` (5): a server that does not come up,
            ends or is too slow is started again; what the model answers counts at once. Ours:
            `request_timeout_seconds` (30) and `load_test` with `duration_seconds` (5),
            `concurrency` (8), `requests_per_second`, and the limits `max_p50_ms`, `max_p99_ms` and
            `min_requests_per_second`.

    Raises:
        AuthoringError: a configuration has an unknown field or a value that cannot work, or needs
            examples and there are none.
    """

    SPEC_CLASS = InfraValidatorSpec
    EXECUTOR_SPEC = ExecutorClassSpec("components.infra_validator.executor:Executor")

    def __init__(
        self,
        model: Channel,
        serving_spec: Any = None,
        examples: Channel | None = None,
        request_spec: Any = None,
        validation_spec: Any = None,
    ) -> None:
        spec = InfraValidatorSpec(
            model=model,
            examples=examples,
            serving_spec=serving_spec,
            request_spec=request_spec,
            validation_spec=validation_spec,
        )
        try:
            _check(spec.exec_properties, has_examples=examples is not None)
        except DataError as error:
            raise AuthoringError(f"InfraValidator: {error}") from None
        super().__init__(spec=spec)


def _check(parameters: Mapping[str, Any], has_examples: bool) -> None:
    """Check what is known already; the rest is a placeholder, known to the run."""
    known = {name: value for name, value in parameters.items() if isinstance(value, Mapping)}
    platform = ServingSpec.parse(known.get("serving_spec")).platform
    makes_warmup = RequestSpec.parse(known.get("request_spec")).make_warmup
    validation = ValidationSpec.parse(known.get("validation_spec"))
    if isinstance(platform, KubernetesConfig):
        platform.check_outlives(validation.max_loading_time_seconds)
    for field, is_set in (
        ("request_spec.make_warmup", makes_warmup),
        ("validation_spec.load_test", validation.load_test is not None),
    ):
        if is_set and not has_examples:
            raise DataError(
                f"{field} needs requests, which are made of examples. Pass examples=..., "
                "or leave it out."
            )
