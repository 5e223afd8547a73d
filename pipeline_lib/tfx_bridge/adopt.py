"""Components of TFX as nodes of our pipelines."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any
from weakref import WeakKeyDictionary

from tfx.dsl.compiler.node_execution_options_utils import compile_node_execution_options
from tfx.dsl.components.base import base_node as tfx_base_node
from tfx.dsl.components.base.base_component import BaseComponent as TfxBaseComponent
from tfx.dsl.components.common.importer import Importer as TfxImporter
from tfx.dsl.components.common.resolver import Resolver as TfxResolver

from pipeline_lib.dsl.importer import Importer
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.resolver import Resolver
from pipeline_lib.errors import AuthoringError
from pipeline_lib.node.import_object import import_object
from pipeline_lib.tfx_bridge.artifact_types import our_artifact_class
from pipeline_lib.tfx_bridge.blocks import blocks_of
from pipeline_lib.tfx_bridge.channels import our_channel
from pipeline_lib.tfx_bridge.component import AdoptedComponent
from pipeline_lib.tfx_bridge.component_parameters import given_value
from pipeline_lib.tfx_bridge.options import our_options
from pipeline_lib.tfx_bridge.strategies import our_strategy
from pipeline_lib.tfx_bridge.unsupported import not_in_ours

_adopted: MutableMapping[Any, BaseNode] = WeakKeyDictionary()


def adopt(tfx_node: Any) -> BaseNode:
    """The node of ours that does what a node of TFX does; for the same one always the same.

    A `Pipeline` does this with the components of TFX that it is given.

        statistics = adopt(StatisticsGen(examples=...)).with_options(retries=2)

    Raises:
        AuthoringError: it is no node of TFX, or part of another pipeline.
        UnsupportedError: it uses what we do not have.
    """
    if not isinstance(tfx_node, tfx_base_node.BaseNode):
        raise AuthoringError(
            f"adopt(...) takes a component of TFX, got {tfx_node!r} "
            f"of type {type(tfx_node).__name__}."
        )
    if tfx_node not in _adopted:
        _adopted[tfx_node] = _new(tfx_node)
    node = _adopted[tfx_node]
    # What an author may have said of TFX's node since it was adopted.
    node.id = tfx_node.id
    node.add_upstream_nodes(adopt(one) for one in sorted(tfx_node.upstream_nodes, key=_id))
    return node


def _new(tfx_node: Any) -> BaseNode:
    where = f"Node {tfx_node.id!r}"
    match tfx_node:
        case TfxBaseComponent():
            node: BaseNode = AdoptedComponent(tfx_node, where)
        case TfxImporter():
            node = _importer(tfx_node, where)
        case TfxResolver():
            node = _resolver(tfx_node, where)
        case _:
            instead = "Import the whole pipeline with from_tfx(...)."
            raise not_in_ours(where, f"is a {type(tfx_node).__name__} of TFX's", instead)
    node.blocks = blocks_of(tfx_node)
    if tfx_node.node_execution_options is not None:
        message = compile_node_execution_options(tfx_node.node_execution_options)
        node.options = our_options(message, where, enable_cache=node.options.enable_cache)
    return node


def _importer(tfx_node: Any, where: str) -> BaseNode:
    ((output_key, channel),) = tfx_node.outputs.items()
    given = tfx_node.exec_properties
    return Importer(
        source_uri=given_value(given["artifact_uri"], f"{where}: parameter 'source_uri'"),
        artifact_type=our_artifact_class(channel.type),
        reimport=bool(given["reimport"]),
        properties=channel.additional_properties,
        custom_properties=channel.additional_custom_properties,
        output_key=output_key,
    )


def _resolver(tfx_node: Any, where: str) -> BaseNode:
    given = tfx_node.exec_properties
    strategy = given.get("resolver_class")
    if strategy is None:
        raise not_in_ours(where, "is a resolver without a strategy")
    path = our_strategy(f"{strategy.__module__}.{strategy.__qualname__}", where)
    return Resolver(
        import_object(path),
        given.get("source_uri") or None,
        **{
            key: our_channel(channel, f"{where}: input {key!r}")
            for key, channel in tfx_node.raw_inputs.items()
        },
    )


def _id(tfx_node: Any) -> str:
    return str(tfx_node.id)
