"""Hypothesis strategies for literals, expressions and whole pipelines that are valid."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from pipeline_lib.artifacts.artifact import PropertyType
from pipeline_lib.ir.executors import (
    ClassExecutor,
    ContainerExecutor,
    Executor,
    FunctionExecutor,
    ImportExecutor,
    PipelineExecutor,
    ResolveExecutor,
)
from pipeline_lib.ir.expressions import (
    ArtifactProperty,
    ArtifactUri,
    ArtifactValue,
    EnvironmentVariable,
    ExecutionParameterValue,
    Expression,
    Index,
    InputArtifacts,
    Literal,
    MakeDict,
    MakeList,
    Member,
    Operation,
    Operator,
    OutputArtifacts,
    RunField,
    RunInformation,
    RuntimeParameterValue,
    SourceFile,
    SplitUri,
)
from pipeline_lib.ir.inputs import ArtifactType, Input, NodeOutput, Output, StoreQuery
from pipeline_lib.ir.kubernetes import (
    ConfigMapVariable,
    ConfigMapVolume,
    EmptyDir,
    EphemeralVolume,
    KubernetesOptions,
    NodeAffinityTerm,
    NodeSelectorRequirement,
    PersistentVolumeClaim,
    SecretVolume,
    Toleration,
)
from pipeline_lib.ir.node import (
    Accelerators,
    Node,
    NodeOptions,
    Parameter,
    ParameterType,
    SecretVariable,
)
from pipeline_lib.ir.pipeline import Pipeline, RuntimeParameter, SourceBundle

INT64 = st.integers(min_value=-(2**63), max_value=2**63 - 1)
KNOWN_FIELDS = [field for field in RunField if field is not RunField.FINAL_STATUS]
"""What every node can read of the run."""

TEXT = st.text(max_size=8)
SCALARS = st.none() | st.booleans() | INT64 | st.floats(allow_nan=False) | TEXT | st.binary()
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
"""Every value that a literal can hold; NaN apart, which is not equal to itself."""

NAMES = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,6}", fullmatch=True)
INT32 = st.integers(min_value=-(2**31), max_value=2**31 - 1)


def expressions(leaves: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Expressions over `leaves`."""
    return st.recursive(
        leaves,
        lambda of: st.one_of(
            st.builds(Index, of, INT32),
            st.builds(ArtifactProperty, of, TEXT, st.booleans()),
            st.builds(ArtifactValue, of),
            st.builds(ArtifactUri, of),
            st.builds(SplitUri, of, TEXT),
            st.builds(Member, of, TEXT),
            st.builds(MakeList, st.lists(of, max_size=3).map(tuple)),
            st.builds(lambda key, value: MakeDict((key,), (value,)), of, of),
            st.builds(
                Operation,
                st.sampled_from(Operator),
                st.lists(of, min_size=1, max_size=3).map(tuple),
            ),
        ),
        max_leaves=5,
    )


def leaves_that_name(names: st.SearchStrategy[str]) -> st.SearchStrategy[Expression]:
    """Leaves of every kind that read something of these names."""
    return st.one_of(
        st.builds(Literal, VALUES),
        st.builds(RuntimeParameterValue, names),
        st.builds(SourceFile, names, names),
        st.builds(RunInformation, st.sampled_from(RunField)),
        st.builds(EnvironmentVariable, names),
        st.builds(InputArtifacts, names),
        st.builds(OutputArtifacts, names),
        st.builds(ExecutionParameterValue, names),
    )


@st.composite
def pipelines(draw: st.DrawFn) -> Pipeline:
    """Pipelines in which every reference holds."""
    runtime_parameters = draw(
        st.lists(
            st.builds(
                RuntimeParameter,
                TEXT,
                st.sampled_from(ParameterType),
                st.none() | st.builds(Literal, VALUES),
                TEXT,
            ),
            max_size=2,
            unique_by=lambda one: one.name,
        )
    )
    sources = draw(
        st.lists(
            st.builds(SourceBundle, TEXT, st.dictionaries(TEXT, TEXT, max_size=2)),
            max_size=2,
            unique_by=lambda one: one.digest,
        )
    )
    shared: list[st.SearchStrategy[Expression]] = [
        *(st.just(RuntimeParameterValue(one.name)) for one in runtime_parameters),
        *(st.builds(SourceFile, st.just(one.digest), TEXT) for one in sources),
    ]
    nodes: list[Node] = []
    for id in draw(st.lists(NAMES, min_size=1, max_size=3, unique=True)):
        nodes.append(draw(_nodes(id, nodes, shared)))
    return Pipeline(
        name=draw(NAMES),
        nodes=tuple(nodes),
        root=draw(st.none() | expressions(st.one_of([st.builds(Literal, VALUES), *shared]))),
        enable_cache=draw(st.booleans()),
        runtime_parameters=tuple(runtime_parameters),
        sources=tuple(sources),
    )


@st.composite
def _nodes(
    draw: st.DrawFn, id: str, earlier: list[Node], shared: list[st.SearchStrategy[Expression]]
) -> Node:
    inputs = draw(st.dictionaries(TEXT, _inputs(earlier), max_size=2))
    outputs = draw(st.dictionaries(TEXT, st.builds(Output, _types()), max_size=2))
    own: list[st.SearchStrategy[Expression]] = [
        *(st.just(OutputArtifacts(key)) for key in outputs),
        *(st.just(RunInformation(field)) for field in KNOWN_FIELDS),
    ]
    known = st.one_of(
        [st.builds(Literal, VALUES), *shared, *(st.just(InputArtifacts(key)) for key in inputs)]
    )
    parameters = draw(
        st.dictionaries(
            TEXT,
            st.builds(Parameter, st.sampled_from(ParameterType), expressions(known)),
            max_size=2,
        )
    )
    executor = draw(_executors(expressions(st.one_of([known, *own])), earlier))
    if isinstance(executor, PipelineExecutor):
        outputs = {}
    return Node(
        id=id,
        type_name=draw(TEXT),
        executor=executor,
        inputs=inputs,
        outputs=outputs,
        parameters=parameters,
        condition=draw(st.none() | expressions(known)),
        loop=draw(st.sampled_from(["", *inputs, *parameters])),
        upstream=draw(
            st.lists(st.sampled_from([one.id for one in earlier]), max_size=2).map(tuple)
            if earlier
            else st.just(())
        ),
        options=draw(_options()),
    )


def _options() -> st.SearchStrategy[NodeOptions]:
    seconds = st.floats(min_value=0, allow_infinity=False)
    return st.builds(
        NodeOptions,
        enable_cache=st.none() | st.booleans(),
        max_retries=st.integers(0, 9),
        retry_delay=seconds,
        timeout=seconds,
        optional=st.booleans(),
        ignore_upstream_failure=st.booleans(),
        priority=INT32,
        cpus=seconds,
        memory=INT64,
        accelerators=st.none() | st.builds(Accelerators, TEXT, st.integers(1, 9)),
        image=TEXT,
        environment=st.dictionaries(TEXT, TEXT, max_size=2),
        secrets=st.lists(st.builds(SecretVariable, TEXT, TEXT, TEXT), max_size=2).map(tuple),
        user=TEXT,
        kubernetes=st.none() | _kubernetes(),
    )


def _kubernetes() -> st.SearchStrategy[KubernetesOptions]:
    texts = st.dictionaries(TEXT, TEXT, max_size=2)
    requirements = _tuples(st.builds(NodeSelectorRequirement, TEXT, TEXT, _tuples(TEXT)))
    return st.builds(
        KubernetesOptions,
        volumes=_tuples(
            st.builds(PersistentVolumeClaim, TEXT, TEXT, TEXT)
            | st.builds(EmptyDir, TEXT, TEXT, TEXT)
            | st.builds(EphemeralVolume, TEXT, TEXT, st.none() | TEXT, _tuples(TEXT))
            | st.builds(SecretVolume, TEXT, TEXT, st.booleans())
            | st.builds(ConfigMapVolume, TEXT, TEXT, st.booleans())
        ),
        node_selector=texts,
        tolerations=_tuples(st.builds(Toleration, TEXT, TEXT, TEXT, TEXT, st.none() | INT64)),
        node_affinity=_tuples(
            st.builds(NodeAffinityTerm, requirements, requirements, st.none() | INT32)
        ),
        image_pull_policy=TEXT,
        image_pull_secrets=_tuples(TEXT),
        labels=texts,
        annotations=texts,
        config_map_variables=_tuples(st.builds(ConfigMapVariable, TEXT, TEXT, TEXT)),
        field_variables=texts,
        shared_memory=TEXT,
        run_as_non_root=st.none() | st.booleans(),
    )


def _tuples(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=2).map(tuple)


def _types() -> st.SearchStrategy[ArtifactType]:
    properties = st.dictionaries(TEXT, st.sampled_from(PropertyType), max_size=2)
    return st.builds(ArtifactType, TEXT, properties, TEXT)


def _inputs(earlier: list[Node]) -> st.SearchStrategy[Input]:
    """Inputs from the store, and from outputs that nodes have."""
    counts: dict[str, Any] = {
        "min_count": st.integers(0, 2),
        "max_count": st.none() | st.integers(0, 2),
        "hidden": st.booleans(),
    }
    values = st.dictionaries(TEXT, st.builds(Literal, SCALARS), max_size=1)
    query = st.builds(StoreQuery, TEXT, TEXT, TEXT, TEXT, TEXT, values, values)
    queries = st.lists(query, max_size=2).map(tuple)
    written = [
        st.builds(
            Input, st.just(output.type), st.just((NodeOutput(node.id, key), StoreQuery())), **counts
        )
        for node in earlier
        for key, output in node.outputs.items()
    ]
    return st.one_of([st.builds(Input, _types(), queries, **counts), *written])


def _executors(
    values: st.SearchStrategy[Expression], earlier: list[Node]
) -> st.SearchStrategy[Executor]:
    several = st.lists(values, max_size=2).map(tuple)
    named = st.dictionaries(TEXT, values, max_size=2)
    return st.one_of(
        st.builds(FunctionExecutor, TEXT, TEXT),
        st.builds(ClassExecutor, TEXT, TEXT, several),
        st.builds(ContainerExecutor, TEXT, several),
        st.builds(ImportExecutor, named, named),
        st.builds(ResolveExecutor, TEXT, named),
        # Nodes that run in the pipeline run inside a node as well.
        st.just(PipelineExecutor(tuple(earlier))),
    )
