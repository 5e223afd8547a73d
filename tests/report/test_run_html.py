from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.metadata.store import ErrorRecord, ExecutionState, RunState
from pipeline_lib.report.html.page import run_html
from pipeline_lib.report.run_levels import run_levels
from pipeline_lib.report.wording import moment
from tests.render.fragment_text import text_of
from tests.report.records import (
    CACHED,
    CLEAN,
    FAILED,
    SKIPPED,
    START,
    TRACKED,
    chain,
    execution,
    run_record,
    view,
)

HOSTILE = "</script><script>alert('x')</script><img src=x onerror=alert(1)>"
_VOID = {"meta", "link", "input", "br", "img"}


class Checker(HTMLParser):
    """What is on a page: elements that load something, ids and links; and whether tags match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.scripts = 0
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.scripts += tag == "script"
        self.ids += [given["id"]] if "id" in given else []
        if tag == "a":
            self.links.append(given.get("href", ""))
        else:
            self.loaded += [
                given[name] for name in ("src", "href", "srcset", "data") if name in given
            ]
        assert not any(name.startswith("on") for name in given), given
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


def test_the_page_needs_nothing_from_elsewhere() -> None:
    page = run_html(chain(3))
    found = Checker(page)
    assert found.loaded == ["data:,"]
    assert all(link.startswith("#") for link in found.links if link)
    assert "url(" not in page
    assert "@import" not in page
    assert not re.search(r"(?<!xmlns=\")https?://", page)


def test_every_link_leads_somewhere_and_ids_are_unique() -> None:
    found = Checker(run_html(chain(5)))
    assert len(found.ids) == len(set(found.ids))
    assert {link.removeprefix("#") for link in found.links if link} <= set(found.ids)


def test_names_and_values_with_html_in_them_are_only_shown() -> None:
    bad = execution(
        0,
        name=HOSTILE,
        parameters={HOSTILE: HOSTILE},
        inputs={HOSTILE: [ArtifactRecord(HOSTILE, HOSTILE, {HOSTILE: HOSTILE}, name=HOSTILE)]},
        state=ExecutionState.FAILED,
        reason=HOSTILE,
        error=ErrorRecord(HOSTILE, HOSTILE, HOSTILE, HOSTILE),
        log_uri=HOSTILE,
    )
    run = run_record(parameters={HOSTILE: HOSTILE}, tags=(HOSTILE,))
    run = replace(run, run_id=HOSTILE, pipeline_name=HOSTILE)
    page = run_html(view(bad, run=run))
    found = Checker(page)
    assert found.scripts == 1
    assert "<img" not in page
    assert "alert(&#39;x&#39;)" in page


def test_the_head_tells_run_state_times_parameters_and_tags() -> None:
    run = replace(run_record(parameters={"rows": 3}, tags=("nightly",)), state=RunState.FAILED)
    text = text_of(run_html(view(execution(0), run=run)))
    assert "Run run-1 of pipeline demo failed started" in text
    assert "took 1 min 15 s tags nightly pipeline root /root parameter rows 3" in text


def test_the_overview_tells_notes_metrics_code_and_environment(tmp_path: Path) -> None:
    (tmp_path / "value").write_text("0.75")
    accuracy = ArtifactRecord("Float", str(tmp_path / "value"))
    (tmp_path / "text").write_text("fine")
    words = ArtifactRecord("String", str(tmp_path / "text"))
    node = execution(0, name="Train", outputs={"accuracy": [accuracy], "words": [words]})
    text = text_of(run_html(view(node, run=run_record(**TRACKED))))
    assert "code 01234567 on main, dirty" in text
    assert f"Notes {moment(START)} Ada too <b>high</b> at the end {moment(START)} G x" in text
    assert "Metrics Train.accuracy 0.75 Results Train.words fine" in text
    assert "The code was not as it was committed: files differed from the commit." in text
    assert "Python 3.11.7 system Linux 6.1 x86_64, glibc 2.36 cores 4" in text
    assert "numpy 1.26.4 tensorflow 2.16.2" in text


def test_clean_code_is_no_reason_to_warn() -> None:
    text = text_of(run_html(view(execution(0), run=run_record(environments=(CLEAN,)))))
    assert "code fedcba98" in text
    assert "not as it was committed" not in text


def test_many_metrics_are_folded(tmp_path: Path) -> None:
    model = ArtifactRecord("Report", "/r", custom_properties={f"m{n}": n + 0.5 for n in range(50)})
    page = run_html(view(execution(0, outputs={"data": [model]})))
    assert "<summary>10 more</summary>" in page


def test_each_node_shows_state_time_reason_error_and_lineage() -> None:
    page = run_html(
        view(
            execution(0, **CACHED),
            execution(1, [0], name="Divide", **FAILED),
            execution(2, [0], name="After", **SKIPPED),
        )
    )
    text = text_of(page)
    assert "= 1 cached ✗ 1 failed - 1 skipped" in text
    assert "✗ Divide failed · 0.50 s ValueError: no rows" in text
    assert "- After skipped node &#39;Divide&#39; failed".replace("&#39;", "'") in text
    assert "Failed Divide : ValueError: no rows" in text
    assert "ValueError : no rows at steps.py:21 Traceback Traceback here" in text
    assert "data Report, artifact 1 written by Step0" in text
    assert "data read by Divide , After" in text
    assert page.count('href="#n0"') >= 4


def test_an_artifact_of_another_run_names_it() -> None:
    origin = replace(execution(7, name="Trainer"), run_id="run-0")
    reader = replace(view(execution(1, [0])), origins={1: origin})
    assert "data Report, artifact 1 written by Trainer in run run-0" in text_of(run_html(reader))


def test_a_run_without_nodes() -> None:
    assert "of pipeline demo" in text_of(run_html(view()))


def test_a_run_that_goes_on() -> None:
    going = execution(0, state=ExecutionState.RUNNING, ended=0.0, outputs={})
    run = replace(run_record(ended=0.0), state=RunState.RUNNING)
    text = text_of(run_html(view(going, run=run)))
    assert "took it has not ended" in text
    assert "~ 1 running" in text


def test_a_node_that_holds_nodes_has_a_graph_for_each_iteration() -> None:
    outer = execution(0, name="each")
    inner = [execution(i + 1, name="each.Train", iteration=str(i)) for i in range(3)]
    level = run_levels(view(outer, *inner, execution(9, [0], name="After")))
    assert [box.label for box in level.boxes] == ["each", "After"]
    assert level.edges == [(0, 1)]
    titles = [one.title for one in level.boxes[0].inner]
    assert titles == ["iteration 0", "iteration 1", "iteration 2"]
    assert [box.label for one in level.boxes[0].inner for box in one.boxes] == ["Train"] * 3
    text = text_of(run_html(view(outer, *inner)))
    assert "✓ each holds 3 iterations iteration 0: 1 complete " in text


def test_loops_in_loops_and_pipelines_in_loops() -> None:
    nodes = [
        execution(0, name="outer"),
        execution(1, name="outer.inner", iteration="0"),
        execution(2, name="outer.inner.Step", iteration="0.1"),
        execution(3, name="outer.sub", iteration="0"),
        execution(4, name="outer.sub.Step", iteration="0"),
    ]
    (outer,) = run_levels(view(*nodes)).boxes
    (iteration,) = outer.inner
    assert iteration.title == "iteration 0"
    assert [box.label for box in iteration.boxes] == ["inner", "sub"]
    inner, sub = iteration.boxes
    assert [one.title for one in inner.inner] == ["iteration 1"]
    assert [one.title for one in sub.inner] == [""]


def test_five_thousand_nodes_are_laid_out() -> None:
    page = run_html(chain(5000))
    assert page.count('class="box s-complete"') == 5000
    assert len(page) < 20_000_000
