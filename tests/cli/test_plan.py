from __future__ import annotations

import json
import re
import sys

from tests.cli.desk import Desk, Recorded

NESTED = """
from pipeline_lib import (
    ForEach, Importer, OutputDict, Parameter, Pipeline, component, standard_artifacts,
)

@component
def Greet(name: Parameter[str]) -> OutputDict(text=str):
    return {"text": f"hello {name}"}

def create_pipeline():
    words = Importer(source_uri="words", artifact_type=standard_artifacts.Examples).with_id("words")
    with ForEach(["a", "b"], name="each") as name:
        greet = Greet(name=name)
    return Pipeline("nested", "root", [words, greet], enable_cache=True)
"""


def without_seconds(page: str) -> list[str]:
    """The lines of a page with single blanks and no figures of time."""
    lines = (" ".join(line.split()) for line in page.splitlines())
    return [re.sub(r"\d+\.\d\d s", "N s", line) for line in lines]


def test_without_a_store_all_is_new(desk: Desk) -> None:
    result = desk.plib("plan", "steps.py")
    assert result.exit_code == 0, result.output
    assert without_seconds(result.stdout) == [
        "Pipeline steps",
        "✓ Load runs it is the first time that this node runs",
        "✓ Divide runs it is the first time that this node runs",
        "✓ After runs it is the first time that this node runs",
        "3 nodes would run. 3 nodes never ran before.",
    ]
    assert sorted(path.name for path in desk.folder.iterdir() if path.suffix != ".py") in (
        [],
        ["__pycache__"],
    )


def test_all_would_be_served_from_the_cache(recorded: Recorded) -> None:
    result = recorded.desk.plib("plan", "steps.py")
    same = f"same as in run {recorded.complete}"
    assert without_seconds(result.stdout) == [
        "Pipeline steps",
        f"= Load cached took N s {same}",
        f"= Divide cached took N s {same}",
        f"= After cached took N s {same}",
        "Nothing would run.",
    ]


def test_a_changed_parameter(recorded: Recorded) -> None:
    result = recorded.desk.plib("plan", "steps.py", "--param", "rows=2")
    assert without_seconds(result.stdout) == [
        "Pipeline steps",
        f"✓ Load runs took N s this changed since run {recorded.failed}:",
        "parameter rows: 0 -> 2",
        "? Divide depends took N s runs, unless an earlier result fits the output of Load",
        "? After depends took N s runs, unless the output of Divide is as before",
        "1 node would run: N s of work, and at most 2 more that depend on others: N s of work "
        "in all.",
    ]


def test_a_plan_without_cache(recorded: Recorded) -> None:
    result = recorded.desk.plib("plan", "steps.py", "--no-cache", "--param", "rows=0")
    assert without_seconds(result.stdout)[1:3] == [
        "✓ Load runs took N s caching is off for the run",
        "✓ Divide runs took N s caching is off for the run",
    ]


def test_a_part_with_what_it_takes_over(recorded: Recorded) -> None:
    arguments = ("--from", "Divide", "--to", "Divide", "--no-cache")
    result = recorded.desk.plib("plan", "steps.py", *arguments)
    assert without_seconds(result.stdout) == [
        "Pipeline steps",
        f"= Load cached took N s taken over from run {recorded.failed}",
        "✓ Divide runs took N s caching is off for the run",
        "1 node would run: N s of work.",
    ]
    chosen = recorded.desk.plib("plan", "steps.py", *arguments, "--base-run", recorded.cached)
    assert f"taken over from run {recorded.cached}" in chosen.stdout


def test_a_part_that_no_run_can_begin(desk: Desk) -> None:
    result = desk.plib("plan", "steps.py", "--from", "After")
    assert (result.exit_code, result.stderr) == (
        2,
        "Error: No run of pipeline 'steps' has results of all of 'Divide', which the nodes to be "
        "run read. Run the whole pipeline first, or begin further up.\n",
    )


def test_as_json(recorded: Recorded) -> None:
    shown = json.loads(recorded.desk.plib("plan", "steps.py", "--json", "--param", "rows=2").stdout)
    load, divide, _ = shown["nodes"]
    assert (shown["pipeline"], load["node"], load["verdict"]) == ("steps", "Load", "run")
    assert load["compared_with"]["run_id"] == recorded.failed
    assert [change["leaf"] for change in load["changes"]] == ["parameter.rows"]
    assert divide["verdict"] == "depends"
    assert divide["unless_unchanged"] == ["Load"]
    assert 0 <= shown["seconds"] <= shown["seconds_at_most"]


def test_what_would_fail_and_what_would_be_skipped_below_it(desk: Desk) -> None:
    desk.write("nested.py", NESTED)
    result = desk.plib("plan", "nested.py")
    assert result.exit_code == 0, result.output
    assert without_seconds(result.stdout) == [
        "Pipeline nested",
        f"✗ words fails Importer 'words': nothing is at source_uri '{desk.folder}/words'.",
        "each holds",
        "✓ each.Greet#0 runs it is the first time that this node runs",
        "✓ each.Greet#1 runs it is the first time that this node runs",
        "2 nodes would run. 2 nodes never ran before.",
    ]


def test_loops_and_importers(desk: Desk) -> None:
    desk.write("nested.py", NESTED)
    desk.write("words/text", "one")
    assert without_seconds(desk.plib("plan", "nested.py").stdout)[1] == "= words imports"
    assert desk.plib("run", "nested.py", "--inline").exit_code == 0
    page = without_seconds(desk.plib("plan", "nested.py").stdout)
    (run_id,) = {line.rpartition(" ")[2] for line in page if "Greet" in line}
    assert page == [
        "Pipeline nested",
        "= words imports already imported",
        "each holds",
        f"= each.Greet#0 cached took N s same as in run {run_id}",
        f"= each.Greet#1 cached took N s same as in run {run_id}",
        "Nothing would run.",
    ]


def test_a_missing_parameter_is_refused_as_by_a_run(desk: Desk) -> None:
    source = (desk.folder / "steps.py").read_text()
    desk.write("steps.py", source.replace(", default=4", ""))
    result = desk.plib("plan", "steps.py")
    assert result.exit_code == 2
    assert result.stderr == (
        "Error: Runtime parameter 'rows' of pipeline 'steps' has no default: "
        "give it, --param rows=...\n"
    )


LOOP = """
from pipeline_lib import (
    ForEach, InputArtifact, OutputArtifact, OutputDict, Parameter, Pipeline, RuntimeParameter,
    component, standard_artifacts,
)

@component
def Split(data: OutputArtifact[standard_artifacts.Examples], parts: Parameter[int]):
    with open(data.uri + "/parts", "w") as written:
        written.write(str(parts))

@component
def Train(data: InputArtifact[standard_artifacts.Examples]) -> OutputDict(score=float):
    return {"score": 1.0}

@component
def Alone() -> OutputDict(n=int):
    return {"n": 1}

@component
def Best(scores: InputArtifact[list[standard_artifacts.Float]]) -> OutputDict(n=int):
    return {"n": len(scores)}

def create_pipeline():
    split = Split(parts=RuntimeParameter("parts", int, default=1))
    with ForEach(split.outputs["data"], name="each") as data:
        train = Train(data=data)
        alone = Alone()
    best = Best(scores=train.outputs["score"])
    return Pipeline("loop", "root", [split, train, alone, best], enable_cache=True)
"""


def test_a_loop_over_what_is_not_known_yet(desk: Desk) -> None:
    desk.write("loop.py", LOOP)
    assert without_seconds(desk.plib("plan", "loop.py").stdout)[2:] == [
        "? each depends this is decided when the output of Split is known",
        "✓ Best runs it is the first time that this node runs",
        "2 nodes would run, and at most 1 more that depend on others. 3 nodes never ran before.",
    ]
    assert desk.plib("run", "loop.py", "--inline").exit_code == 0
    assert without_seconds(desk.plib("plan", "loop.py").stdout)[-1] == "Nothing would run."
    page = without_seconds(desk.plib("plan", "loop.py", "--param", "parts=2").stdout)
    assert page[3:] == [
        "each holds how many times is decided when the output of Split is known",
        "? each.Train#0 depends took N s runs, unless the output of Split is as before",
        "? each.Alone#0 depends took N s runs, unless the output of Split is as before",
        "? Best depends took N s runs, unless the output of each is as before",
        "1 node would run: N s of work, and at most 3 more that depend on others: N s of work "
        "in all.",
    ]


CHAIN = """
from pipeline_lib import (
    Cond, InputArtifact, OutputArtifact, OutputDict, Parameter, Pipeline, RuntimeParameter,
    component,
)
from pipeline_lib.artifacts.standard_artifacts import Examples

@component
def Make(data: OutputArtifact[Examples], rows: Parameter[int]):
    with open(data.uri + "/rows", "w") as written:
        written.write("x" * rows)

@component
def PassOn(data: InputArtifact[Examples], passed: OutputArtifact[Examples]):
    with open(data.uri + "/rows") as given, open(passed.uri + "/rows", "w") as written:
        written.write(given.read())

@component
def Count(data: InputArtifact[Examples]) -> OutputDict(count=int):
    with open(data.uri + "/rows") as given:
        return {"count": len(given.read())}

@component
def Praise(count: int) -> OutputDict(said=str):
    return {"said": f"{count} are many"}

def create_pipeline():
    make = Make(rows=RuntimeParameter("rows", int, default=3))
    data = make.outputs["data"]
    count = Count(data=data)
    with Cond(count.outputs["count"].future()[0].value > 1):
        praise = Praise(count=count.outputs["count"])
    return Pipeline("chain", "root", [make, count, praise], enable_cache=True)
"""


def edit(desk: Desk, source: str) -> None:
    """What the next command imports, as it would in a process of its own."""
    desk.write("chain.py", source)
    del sys.modules["chain"]


def test_a_node_that_may_be_skipped_or_run(desk: Desk) -> None:
    desk.write("chain.py", CHAIN)
    assert desk.plib("run", "chain.py", "--inline").exit_code == 0
    page = without_seconds(desk.plib("plan", "chain.py", "--param", "rows=0").stdout)
    assert page[3:5] == [
        "? Count depends took N s runs, unless the output of Make is as before",
        "? Praise depends took N s runs if its condition holds, unless the output of Count is as "
        "before",
    ]
    assert desk.plib("run", "chain.py", "--inline", "--param", "rows=0").exit_code == 0
    page = without_seconds(desk.plib("plan", "chain.py", "--param", "rows=5").stdout)
    assert page[4] == (
        "? Praise depends took N s condition is false: (Count.outputs['count'][0].value > 1), "
        "if the output of Count is as before"
    )


def test_a_node_that_is_put_between_two(desk: Desk) -> None:
    desk.write("chain.py", CHAIN)
    assert desk.plib("run", "chain.py", "--inline").exit_code == 0
    between = CHAIN.replace(
        'make.outputs["data"]', '(between := PassOn(data=make.outputs["data"])).outputs["passed"]'
    ).replace("[make,", "[make, between,")
    edit(desk, between)
    page = without_seconds(desk.plib("plan", "chain.py").stdout)
    assert page[2:4] == [
        "✓ PassOn runs it is the first time that this node runs",
        "? Count depends took N s this is decided when the output of PassOn is known",
    ]
    assert desk.plib("run", "chain.py", "--inline").exit_code == 0
    assert desk.plib("show", "latest", "Count").stdout.startswith("Node Count: cached")
    page = without_seconds(desk.plib("plan", "chain.py", "--no-cache").stdout)
    assert page[3] == "✓ Count runs took N s caching is off for the run"


def test_a_renamed_node(desk: Desk) -> None:
    desk.write("chain.py", CHAIN)
    assert desk.plib("run", "chain.py", "--inline").exit_code == 0
    edit(desk, CHAIN.replace("Count(data=data)", 'Count(data=data).with_id("Rows")'))
    page = without_seconds(desk.plib("plan", "chain.py").stdout)
    run_id = page[1].rpartition(" ")[2]
    assert page[2] == f"= Rows cached same as Count in run {run_id}"
    assert desk.plib("run", "chain.py", "--inline").exit_code == 0
    assert desk.plib("why", "latest", "Rows").stdout == (
        f"Rows did not run: its result is that of execution 2 of Count in run {run_id}: "
        "all 5 things that its result depends on are the same\n"
    )
