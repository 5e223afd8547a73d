"""What would be too large for Argo or Linux is refused, and the message says what is large."""

from __future__ import annotations

import random
import re

import pytest

from pipeline_lib import compile, ir
from pipeline_lib.errors import AuthoringError
from pipeline_lib.ir.expressions import Literal
from pipeline_lib.runners.kubeflow.spec.packing import LONGEST_TEXT, pack
from pipeline_lib.runners.kubeflow.spec.size import (
    LARGEST_ARGUMENT,
    LARGEST_WORKFLOW,
    predicted_parts,
)
from tests.compiler import pipelines
from tests.runners.kubeflow.spec.documents import container_of, document_of

ADVICE = (
    "Put long values of parameters into files, many nodes of one level into sub-pipelines or "
    "loops, and what is still too large into two pipelines."
)


def noise(count: int) -> str:
    """Text that does not become smaller."""
    return random.Random(7).randbytes(count).hex()


def of_nodes(count: int, text: str = "") -> ir.Pipeline:
    parameters = {"text": ir.Parameter(ir.ParameterType.STRING, Literal(text))}
    executor = ir.FunctionExecutor("steps:train", "")
    return ir.Pipeline(
        "large",
        tuple(
            ir.Node(
                f"node-{number}", "Train", executor, parameters=parameters if not number else {}
            )
            for number in range(count)
        ),
    )


def refusal(pipeline: ir.Pipeline) -> str:
    """The message, with `#` for the sizes, which are predictions."""
    with pytest.raises(AuthoringError) as refused:
        document_of(pipeline)
    return re.sub(r"[\d,]+ KiB", "# KiB", str(refused.value))


def test_long_parameter() -> None:
    assert refusal(of_nodes(2, noise(100_000))) == (
        "Pipeline 'large' is too large for Kubeflow: executor 'exec-begin' with the compiled "
        "pipeline takes # KiB, and as an argument of Kubeflow's driver it may take # KiB. " + ADVICE
    )


def test_many_nodes_in_one_level() -> None:
    assert refusal(of_nodes(1000)) == (
        "Pipeline 'large' is too large for Kubeflow: component 'comp-exit-handler-1' with its 1001 "
        "tasks takes # KiB, and as an argument of Kubeflow's driver it may take # KiB. " + ADVICE
    )


def test_many_nodes_in_many_levels() -> None:
    inner = ir.PipelineExecutor(of_nodes(200).nodes)
    holders = tuple(ir.Node(f"part-{number}", "Part", inner) for number in range(5))
    message = refusal(ir.Pipeline("large", holders))
    assert message == (
        "Pipeline 'large' is too large for Kubeflow: its Argo workflow would take about # KiB, and "
        "may take # KiB. The largest parts: the 200 tasks of component 'comp-part-1-nodes' "
        "(# KiB), the 200 tasks of component 'comp-part-2-nodes' (# KiB), the 200 tasks of "
        f"component 'comp-part-3-nodes' (# KiB). {ADVICE}"
    )


def test_module_files_are_named() -> None:
    bundle = ir.SourceBundle("digest", {"module.py": noise(100_000)})
    pipeline = of_nodes(1)
    message = refusal(ir.Pipeline("large", pipeline.nodes, sources=(bundle,)))
    assert message.endswith(f"{ADVICE} It carries # KiB of module files.")


def test_what_people_write_is_small() -> None:
    document = document_of(compile(pipelines.control_flow()))
    assert sum(part.size for part in predicted_parts(document)) < LARGEST_WORKFLOW / 4


def test_equal_nodes_share_a_component() -> None:
    document = document_of(of_nodes(100))
    assert set(document.spec["components"]) == {
        "comp-begin",
        "comp-check",
        "comp-end",
        "comp-exit-handler-1",
        "comp-train",
    }


def test_long_pipelines_are_in_several_arguments() -> None:
    pipeline = of_nodes(1, noise(37_000))
    texts = pack(pipeline)
    assert len(texts) == 1
    words = container_of(document_of(pipeline), "comp-begin")["args"]
    assert [words[at + 1] for at, word in enumerate(words) if word == "--pipeline"] == [*texts]
    assert max(map(len, pack(of_nodes(1, noise(300_000))))) == LONGEST_TEXT < LARGEST_ARGUMENT
