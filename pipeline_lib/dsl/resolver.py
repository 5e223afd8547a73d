"""`Resolver`: reads artifacts of earlier runs from the store."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from pipeline_lib.artifacts.strategies import ResolverStrategy
from pipeline_lib.dsl.binding import BoundInput
from pipeline_lib.dsl.channel import Channel
from pipeline_lib.dsl.declarations import ChannelParameter
from pipeline_lib.dsl.executor_spec import ResolverSpec
from pipeline_lib.dsl.import_path import import_path
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.placeholder_collections import future_value
from pipeline_lib.errors import AuthoringError

RESOLVER_TYPE = "tfx.dsl.components.common.resolver.Resolver"
"""TFX's name of the node type."""


class Resolver(BaseNode):
    """Picks artifacts among those that earlier runs of this pipeline wrote.

        Resolver(
            strategy_class=LatestBlessedModelStrategy,
            model=Channel(type=Model),
            model_blessing=Channel(type=ModelBlessing),
        ).with_id("latest_blessed_model")

    Its outputs have the keys of its inputs. Where nothing is found they are empty: an optional
    input takes that, a required one fails its node.

    Args:
        strategy_class: picks among the candidates.
        config: arguments that the strategy is made with; they may be `RuntimeParameter`s or
            placeholders that read the candidates: `input("model")[0].property("...")`.
        channels: candidates by key; `Channel(type=...)` stands for all of that type.

    Raises:
        AuthoringError: `strategy_class` is no strategy, or does not take the config or the
            candidates.
    """

    def __init__(
        self,
        strategy_class: type[ResolverStrategy],
        config: Mapping[str, Any] | None = None,
        **channels: Channel,
    ) -> None:
        if not _is_strategy_class(strategy_class):
            raise AuthoringError(
                "Resolver(strategy_class=...) takes a class with a resolve_artifacts method, "
                f"got {strategy_class!r}."
            )
        if not channels:
            raise AuthoringError(
                "Resolver needs at least one channel: Resolver(..., model=Channel(type=Model))."
            )
        for key, channel in channels.items():
            if not isinstance(channel, Channel):
                raise AuthoringError(
                    f"Resolver: input {key!r} takes a channel, got {channel!r} "
                    f"of type {type(channel).__name__}."
                )
        _check_config(strategy_class, config or {})
        _check_types(strategy_class, channels)
        super().__init__(
            default_id="Resolver",
            type_name=RESOLVER_TYPE,
            executor_spec=ResolverSpec(
                import_path(strategy_class, "Resolver strategy"),
                {
                    name: future_value(value, f"Resolver: config {name!r}")
                    for name, value in (config or {}).items()
                },
            ),
            inputs={
                key: BoundInput(ChannelParameter(channel.type, optional=True), channel)
                for key, channel in channels.items()
            },
            outputs={key: channel.type for key, channel in channels.items()},
            parameters={},
        )


def _check_config(strategy_class: type, config: Mapping[str, Any]) -> None:
    """Refuse arguments that the strategy does not take."""
    try:
        inspect.signature(strategy_class).bind(**config)
    except TypeError as error:
        raise AuthoringError(
            f"Resolver: config {dict(config)!r} does not fit {strategy_class.__name__}: {error}."
        ) from error


def _check_types(strategy_class: type, channels: Mapping[str, Channel]) -> None:
    """Refuse inputs of which the strategy could never pick anything."""
    given = sorted({channel.type_name for channel in channels.values()})
    for wanted in getattr(strategy_class, "INPUT_TYPES", ()):
        if wanted not in given:
            raise AuthoringError(
                f"Resolver: {strategy_class.__name__} needs a channel of {wanted!r}, got channels "
                f"of {', '.join(map(repr, given))}."
            )


def _is_strategy_class(value: object) -> bool:
    return isinstance(value, type) and hasattr(value, "resolve_artifacts")
