"""Pipelines of which both formats can say all survive the way there and back."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_lib import ir
from pipeline_lib.artifacts.artifact import PropertyType
from pipeline_lib.dsl.pipeline import SUB_PIPELINE_TYPE
from pipeline_lib.ir.expressions import (
    ArtifactValue,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    Operation,
    Operator,
    RuntimeParameterValue,
    hidden_input_key,
)
from pipeline_lib.ir.node_set import all_nodes
from pipeline_lib.tfx_bridge.from_tfx import from_tfx
from pipeline_lib.tfx_bridge.to_tfx import to_tfx
from tests.ir.generated import INT64

KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,4}", fullmatch=True)
IDS = st.from_regex(r"[A-Za-z][A-Za-z0-9_\-]{0,6}", fullmatch=True)
TEXT = st.text(max_size=6)
INTEGER = ir.ArtifactType("Integer", {}, "pipeline_lib.artifacts.value_artifact:Integer")
OWN = ir.ArtifactType(
    "Own", {"size": PropertyType.INT, "note": PropertyType.STRING}, "somewhere:Own"
)
RUNTIME_PARAMETERS = (
    ir.RuntimeParameter("count", ir.ParameterType.INT, Literal(3)),
    ir.RuntimeParameter("name", ir.ParameterType.STRING),
)
JSON = st.recursive(
    st.none() | st.booleans() | INT64 | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=5,
).filter(lambda value: isinstance(value, (list, dict)))
LITERALS: dict[ir.ParameterType, st.SearchStrategy[Any]] = {
    ir.ParameterType.INT: INT64,
    ir.ParameterType.FLOAT: st.floats(allow_nan=False),
    ir.ParameterType.STRING: TEXT,
    ir.ParameterType.BOOL: st.booleans(),
    ir.ParameterType.PATH: TEXT,
    ir.ParameterType.JSON: JSON,
    ir.ParameterType.LIST: JSON.filter(lambda value: isinstance(value, list)),
    ir.ParameterType.DICT: JSON.filter(lambda value: isinstance(value, dict)),
}


@st.composite
def parameters(draw: st.DrawFn) -> ir.Parameter:
    if draw(st.integers(0, 4)) == 0:
        declared = draw(st.sampled_from(RUNTIME_PARAMETERS))
        return ir.Parameter(declared.type, RuntimeParameterValue(declared.name))
    if draw(st.integers(0, 4)) == 0:
        text = Operation(Operator.CONCAT, (Literal("run-"), RuntimeParameterValue("name")))
        return ir.Parameter(ir.ParameterType.STRING, text)
    kind = draw(st.sampled_from(list(LITERALS)))
    return ir.Parameter(kind, Literal(draw(st.none() | LITERALS[kind])))


@st.composite
def nodes(draw: st.DrawFn, id: str, earlier: list[ir.Node]) -> ir.Node:
    inputs: dict[str, ir.Input] = {}
    condition: Expression | None = None
    for producer in draw(st.lists(st.sampled_from(earlier), max_size=2)) if earlier else ():
        for output_key, output in producer.outputs.items():
            source = ir.NodeOutput(producer.id, output_key)
            least, most = draw(st.integers(0, 2)), draw(st.none() | INT64)
            inputs[draw(KEYS)] = ir.Input(output.type, (source,), least, most)
            if output.type == INTEGER and draw(st.booleans()):
                key = hidden_input_key(producer.id, output_key)
                inputs[key] = ir.Input(output.type, (source,), hidden=True)
                value = ArtifactValue(Index(InputArtifacts(key), 0))
                condition = Operation(draw(st.sampled_from(_COMPARISONS)), (value, Literal(1)))
    other = draw(st.just("") | IDS.filter("p".__ne__))
    query = ir.StoreQuery(draw(st.sampled_from(["", "before"])), pipeline_name=other)
    if draw(st.booleans()):
        inputs["stored"] = ir.Input(INTEGER, (query,), min_count=draw(st.integers(0, 1)))
    path, digest = f"steps:{draw(KEYS)}", draw(KEYS)
    executors: list[ir.Executor] = [
        ir.FunctionExecutor(path, digest),
        ir.ClassExecutor(path, digest),
        ir.ClassExecutor(path, digest, (Literal("--runner=DirectRunner"),)),
    ]
    return ir.Node(
        id=id,
        type_name=draw(IDS),
        executor=draw(st.sampled_from(executors)),
        inputs=inputs,
        outputs={
            key: ir.Output(draw(st.sampled_from([INTEGER, OWN])))
            for key in draw(st.lists(KEYS, max_size=2, unique=True))
        },
        parameters=draw(st.dictionaries(KEYS, parameters(), max_size=3)),
        condition=condition,
        upstream=_waited_for(draw, earlier, inputs),
        options=draw(options()),
    )


_COMPARISONS = [
    Operator.EQUAL,
    Operator.NOT_EQUAL,
    Operator.LESS,
    Operator.LESS_OR_EQUAL,
    Operator.GREATER,
    Operator.GREATER_OR_EQUAL,
]


def _waited_for(
    draw: st.DrawFn, earlier: list[ir.Node], inputs: dict[str, ir.Input]
) -> tuple[str, ...]:
    """Nodes that nothing is read from: TFX does not tell them from the others."""
    read = {
        source.node_id
        for one in inputs.values()
        for source in one.sources
        if isinstance(source, ir.NodeOutput)
    }
    return tuple(sorted(one.id for one in earlier if one.id not in read and draw(st.booleans())))


@st.composite
def options(draw: st.DrawFn) -> ir.NodeOptions:
    retries = draw(st.integers(0, 3))
    return ir.NodeOptions(
        enable_cache=draw(st.booleans()),
        max_retries=retries,
        retry_delay=1.0 if retries else 0.0,
        timeout=float(draw(st.integers(0, 100))),
        optional=draw(st.booleans()),
        ignore_upstream_failure=draw(st.booleans()),
    )


@st.composite
def pipelines(draw: st.DrawFn) -> ir.Pipeline:
    made: list[ir.Node] = []
    for id in draw(st.lists(IDS, min_size=1, max_size=4, unique=True)):
        made.append(draw(nodes(id, made)))
    # TFX names the nodes of a sub-pipeline by it: a query for one means another thing there.
    asked = {source for node in made for read in node.inputs.values() for source in read.sources}
    if not any(isinstance(one, ir.StoreQuery) and one.node_id for one in asked):
        made = draw(st.sampled_from([made, [_sub_pipeline(made)]]))
    return ir.Pipeline(
        name="p",
        nodes=tuple(made),
        root=draw(st.none() | st.builds(Literal, st.text(min_size=1, max_size=5))),
        runtime_parameters=RUNTIME_PARAMETERS,
    )


def _sub_pipeline(made: list[ir.Node]) -> ir.Node:
    """A node that holds the others and gives what the last one writes."""
    outputs = made[-1].outputs
    return ir.Node(
        id="sub-pipeline",
        type_name=SUB_PIPELINE_TYPE,
        executor=ir.PipelineExecutor(
            tuple(made), {key: ir.NodeOutput(made[-1].id, key) for key in outputs}
        ),
        outputs=outputs,
    )


@settings(max_examples=150, deadline=None)
@given(pipelines())
def test_a_pipeline_survives_the_way_there_and_back(pipeline: ir.Pipeline) -> None:
    there = to_tfx(pipeline)
    back = from_tfx(there)
    assert to_tfx(back) == there
    assert _comparable(back) == _comparable(pipeline)


def _comparable(pipeline: ir.Pipeline) -> dict[str, Any]:
    """What the formats say of nodes; one says where the cache is used of each, the other of all."""
    enabled = pipeline.enable_cache
    return {
        node.id: (
            node.type_name,
            _held_ids(node.executor),
            node.inputs,
            node.outputs,
            node.parameters,
            node.condition,
            node.upstream,
            node.options.enable_cache if node.options.enable_cache is not None else enabled,
            node.options.max_retries,
            node.options.timeout,
            node.options.optional,
            node.options.ignore_upstream_failure,
        )
        for node in all_nodes(pipeline.nodes)
    } | {"": pipeline.root}


def _held_ids(executor: ir.Executor) -> object:
    """The executor; of one that holds nodes their ids, for they are compared one by one."""
    if isinstance(executor, ir.PipelineExecutor):
        return [node.id for node in executor.nodes], executor.outputs
    return executor
