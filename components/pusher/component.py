"""`Pusher`: puts a blessed model where a model server finds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from components.pusher.destination import PushDestination
from pipeline_lib import (
    BaseComponent,
    Channel,
    ChannelParameter,
    ComponentSpec,
    ExecutionParameter,
    ExecutorClassSpec,
    RuntimeParameter,
)
from pipeline_lib.artifacts import standard_artifacts
from pipeline_lib.errors import AuthoringError, DataError


class PusherSpec(ComponentSpec):
    """Contract of `Pusher`."""

    PARAMETERS = {
        "push_destination": ExecutionParameter(type=dict, optional=True),
        "custom_config": ExecutionParameter(type=dict, optional=True),
    }
    INPUTS = {
        "model": ChannelParameter(type=standard_artifacts.Model, optional=True),
        "model_blessing": ChannelParameter(type=standard_artifacts.ModelBlessing, optional=True),
        "infra_blessing": ChannelParameter(type=standard_artifacts.InfraBlessing, optional=True),
    }
    OUTPUTS = {"pushed_model": ChannelParameter(type=standard_artifacts.PushedModel)}


class Pusher(BaseComponent[Literal["pushed_model"]]):
    """Copies a model's `Format-Serving` to a new version below a directory that is served.

        Pusher(
            model=trainer.outputs["model"],
            model_blessing=evaluator.outputs["blessing"],
            push_destination={"filesystem": {"base_directory": "/models/penguin"}},
        )

    A version is a directory with an integer as its name, as TensorFlow Serving expects. It appears
    whole or not at all, even if the push is killed: the copy is made and verified under a name
    that is no number, and renamed at the end. Nothing is ever overwritten. An object store renames
    no directories: there the version can be loaded only when it is whole, because `saved_model.pb`
    comes last, after everything was verified.

    A model that a given blessing does not bless is refused as in TFX: the node succeeds, nothing
    is pushed, `pushed` is 0 and `not_pushed_reason` says why. Without any blessing the model is
    pushed with a warning. Where a blessing says which files were validated (`model_fingerprint`),
    these and no others are pushed: the node fails if they have changed since.

    The result is taken from the cache only while the pushed version is in its place, and the
    newest there, unless `version` was given.

    Outputs:
        pushed_model: the same files as the pushed version, and the custom properties `pushed`
            (1 or 0), `pushed_destination` (path of the version) and `pushed_version`; where
            nothing was pushed, `pushed` and `not_pushed_reason` only.

    Args:
        model: the model to push.
        model_blessing: Evaluator's verdict.
        infra_blessing: the verdict on whether the model can be served; without `model`, the
            stamped model that it contains is pushed.
        push_destination: `{"filesystem": {...}}` with the fields of TFX's `PushDestination`:
            `base_directory`, a directory that is made if missing, or a URI that fsspec knows, and
            `versioning`, of which `"AUTO"` and `"UNIX_TIMESTAMP"` both mean the time in seconds,
            or the next integer where that or a greater one is taken. `version`, an integer of our
            own, fixes the version instead; if it exists already the node fails.
            Beside it `"model_server": {...}` may name a server that watches the directory:
            `rest_address` (`"localhost:8501"`, or a URL) or `grpc_address`, and `model_name`. The
            push then ends when that server says that the version is AVAILABLE. If it cannot load
            it, or has not within `timeout_seconds` (300), the version is removed again (unless
            `roll_back` is `False`) and the node fails with the server's words. Required, but for
            an executor of your own.
        custom_config: for an executor of your own; the one here does not read it.
        custom_executor_spec: an executor of your own in place of the one here.

    Raises:
        AuthoringError: there is nothing to push, or `push_destination` is missing or has a wrong
            field.
    """

    SPEC_CLASS = PusherSpec
    EXECUTOR_SPEC = ExecutorClassSpec("components.pusher.executor:Executor")

    def __init__(
        self,
        model: Channel | None = None,
        model_blessing: Channel | None = None,
        infra_blessing: Channel | None = None,
        push_destination: Any = None,
        custom_config: Mapping[str, Any] | RuntimeParameter | None = None,
        custom_executor_spec: ExecutorClassSpec | None = None,
    ) -> None:
        if model is None and infra_blessing is None:
            raise AuthoringError(
                "Pusher has nothing to push: pass model=..., or infra_blessing=... of an "
                "InfraValidator that keeps the model it has stamped."
            )
        if push_destination is None and custom_executor_spec is None:
            raise AuthoringError(
                "Pusher has nowhere to push to: pass push_destination="
                '{"filesystem": {"base_directory": ...}}, or an executor of your own.'
            )
        spec = PusherSpec(
            model=model,
            model_blessing=model_blessing,
            infra_blessing=infra_blessing,
            push_destination=push_destination,
            custom_config=custom_config,
        )
        known = spec.exec_properties["push_destination"]
        if isinstance(known, Mapping):
            _check(known)
        super().__init__(spec=spec, custom_executor_spec=custom_executor_spec)


def _check(push_destination: Mapping[str, Any]) -> None:
    try:
        PushDestination.parse(push_destination)
    except DataError as error:
        raise AuthoringError(f"Pusher: {error}") from None
