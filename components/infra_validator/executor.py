"""InfraValidator's work: a model server is started on a copy of the model and asked."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from typing import Any

from components.infra_validator.blessing import bless, copy_model, keep_model
from components.infra_validator.request_spec import RequestSpec
from components.infra_validator.requests import Records, make_requests
from components.infra_validator.servers import make_servers
from components.infra_validator.serving_spec import ServingSpec
from components.infra_validator.signatures import (
    UnservableModelError,
    read_signatures,
    require_saved_model,
)
from components.infra_validator.termination import unwinding_on_sigterm
from components.infra_validator.validation import VERSION, Validation, validate
from components.infra_validator.validation_spec import ValidationSpec
from components.layouts.validated_model import (
    MODEL_FINGERPRINT,
    record_fingerprint,
    serving_directory,
    serving_fingerprint,
)
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import get_single_instance
from pipeline_lib.execution.executor import BaseExecutor
from pipeline_lib.serving.model_servers.model_server import ServedModel
from pipeline_lib.serving.model_servers.requests import ModelRequest

_LOG = logging.getLogger(__name__)


class Executor(BaseExecutor):
    """Validates a model with model servers; see `InfraValidator` for inputs and outputs."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Validate the model with each server, until one says no."""
        serving_spec = ServingSpec.parse(exec_properties.get("serving_spec"))
        request_spec = RequestSpec.parse(exec_properties.get("request_spec"))
        validation_spec = ValidationSpec.parse(exec_properties.get("validation_spec"))
        blessing = get_single_instance(output_dict["blessing"])
        directory = serving_directory(get_single_instance(input_dict["model"]))
        require_saved_model(directory)
        fingerprint = serving_fingerprint(input_dict["model"])
        validations: list[Validation] = []
        requests: list[ModelRequest] = []
        reason = ""
        with (
            unwinding_on_sigterm(),
            self._copy(directory, fingerprint, serving_spec.model_name) as base_path,
        ):
            model = ServedModel(serving_spec.model_name, base_path, request_spec.tag_set)
            try:
                requests = _requests(
                    directory, model.name, input_dict.get("examples", []), request_spec
                )
            except UnservableModelError as error:
                reason = str(error)
            for make_server in () if reason else make_servers(serving_spec):
                validations.append(validate(make_server, model, requests, validation_spec))
                reason = validations[-1].reason
                if reason:
                    break
        record_fingerprint(blessing, MODEL_FINGERPRINT, fingerprint)
        bless(blessing, reason, validations)
        if reason:
            _LOG.warning("The model is not blessed: %s.", reason)
        elif request_spec.make_warmup and requests:
            keep_model(blessing, directory, fingerprint, requests)

    @contextlib.contextmanager
    def _copy(self, directory: str, fingerprint: str, name: str) -> Iterator[str]:
        """The model as a server takes it, in a copy: what is pushed is not what a server had."""
        folder = os.path.join(self._get_tmp_dir(), "served")
        base_path = os.path.join(os.path.abspath(folder), name)
        try:
            copy_model(directory, os.path.join(base_path, str(VERSION)), fingerprint)
            yield base_path
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _requests(
    directory: str, model_name: str, examples: Sequence[Artifact], spec: RequestSpec
) -> list[ModelRequest]:
    """What the model is asked; nothing where there are no examples."""
    if not examples:
        _LOG.info("There are no examples: the model is loaded and not asked (LOAD_ONLY).")
        return []
    signatures = read_signatures(directory, spec.tag_set, spec.signature_names)
    return make_requests(model_name, signatures, Records.read(examples, spec))
