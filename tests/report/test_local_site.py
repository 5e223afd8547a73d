"""`plib ui` over a real store: what it serves, to whom, and live while a run goes on."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from pipeline_lib import sqlite_metadata_connection_config
from pipeline_lib.artifacts.artifact import ArtifactRecord
from pipeline_lib.ir.inputs import ArtifactType
from pipeline_lib.metadata.store import (
    ExecutionState,
    MetadataStore,
    NoteRecord,
    RunState,
    open_store,
)
from pipeline_lib.report.local_site import LocalSite
from pipeline_lib.report.run_search import RUNS_PER_PAGE
from tests.render.fragment_text import text_of
from tests.report.records import DIRTY, execution, run_record


@dataclass(frozen=True)
class Served:
    site: LocalSite
    store: MetadataStore
    headers: dict[str, str] = field(default_factory=dict)  # of the last answer

    def get(self, path: str, host: str = "") -> tuple[int, str]:
        port = int(self.site.server_address[1])
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", path, headers={"Host": host or f"127.0.0.1:{port}"})
        answer = connection.getresponse()
        text = answer.read().decode()
        self.headers.clear()
        self.headers.update(answer.getheaders())
        connection.close()
        return answer.status, text


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    store = open_store(sqlite_metadata_connection_config(str(tmp_path / "store.sqlite")))
    with LocalSite(store, 0) as site:
        thread = threading.Thread(target=site.serve_forever, args=(0.01,))
        thread.start()
        yield Served(site, store)
        site.shutdown()
        thread.join()
    store.close()


def record(store: MetadataStore, run_id: str, **more: object) -> None:
    run = replace(run_record(), run_id=run_id, **more)  # type: ignore[arg-type]
    store.record_run(run)
    store.record(replace(execution(0, id=0, outputs={}), run_id=run_id))


def test_the_list_of_runs_with_tags(served: Served) -> None:
    record(served.store, "first", tags=("nightly",))
    record(served.store, "second", state=RunState.FAILED)
    status, page = served.get("/")
    assert status == 200
    text = text_of(page)
    assert "first demo complete" in text
    assert "1 ok nightly" in text
    assert 'href="/runs/second"' in page
    assert 'name="tag" value="nightly"' in page


def test_an_empty_store(served: Served) -> None:
    assert "The store holds no runs." in served.get("/")[1]


def test_a_run_and_a_comparison(served: Served) -> None:
    record(served.store, "first")
    record(served.store, "second")
    assert "Run second of pipeline demo" in text_of(served.get("/runs/second")[1])
    assert "Comparison with run first" in text_of(served.get("/runs/second?against=first")[1])
    status, _ = served.get("/compare?before=first&after=second")
    assert status == 303
    assert served.headers["Location"] == "/runs/second?against=first#comparison"


def test_a_page_leads_to_the_run_that_made_what_it_read(served: Served) -> None:
    record(served.store, "first")
    (model,) = served.store.record(
        replace(
            execution(1, id=0, outputs={"data": [ArtifactRecord("Report", "/root/1")]}),
            run_id="first",
            output_types={"data": ArtifactType("Report")},
        )
    ).outputs["data"]
    record(served.store, "second")
    reader = execution(2, id=0, outputs={}, inputs={"data": [model]})
    served.store.record(replace(reader, run_id="second"))
    assert 'in run <a href="/runs/first">first</a>' in served.get("/runs/second")[1]


def test_what_is_not_there(served: Served) -> None:
    status, text = served.get("/runs/nothing")
    assert status == 404
    assert "nothing" in text
    assert served.get("/elsewhere") == (404, "There is no such page. All runs are at /.")
    assert served.get("/compare")[0] == 404


def test_other_machines_and_other_sites_are_refused(served: Served) -> None:
    assert served.site.server_address[0] == "127.0.0.1"
    assert served.get("/", host="evil.example:80") == (403, "This is for this machine only.")
    assert served.get("/", host="localhost:80")[0] == 200
    assert "default-src 'none'" in served.headers["Content-Security-Policy"]


def test_a_page_follows_a_run_that_goes_on(served: Served, browser: Browser) -> None:
    record(served.store, "run-1", state=RunState.RUNNING, ended=0.0)
    page = browser.new_page()
    page.goto(f"{served.site.url}runs/run-1")
    expect(page.locator("a.box")).to_have_count(1)
    going = execution(1, id=0, outputs={}, state=ExecutionState.RUNNING, ended=0.0)
    with page.expect_response("**/version"):
        pass
    served.store.record(going)
    expect(page.locator("a.box")).to_have_count(2)
    served.store.record_run(run_record())
    expect(page.locator("h1 .badge")).to_have_text("complete")
    page.close()


def test_runs_are_found_by_words_and_tags(served: Served, browser: Browser) -> None:
    record(served.store, "first", tags=("nightly", "<b>"))
    record(served.store, "second", state=RunState.FAILED)
    record(served.store, "third", environments=(DIRTY,))
    served.store.add_note("third", NoteRecord("The rate was high", "Ada", 1.5))
    page = browser.new_page()
    page.goto(served.site.url)
    page.get_by_label("Find").fill("failed")
    assert page.locator("tbody tr:visible th").all_inner_texts() == ["second"]
    page.get_by_label("Find").fill("rate HIGH 0123456789a")
    assert page.locator("tbody tr:visible th").all_inner_texts() == ["third"]
    page.get_by_label("Find").fill("")
    page.get_by_role("checkbox", name="<b>").click()
    assert page.locator("tbody tr:visible th").all_inner_texts() == ["first"]
    page.get_by_role("checkbox", name="<b>").click()
    page.get_by_label("compare first as the one before").check()
    page.get_by_label("compare second as the one after").check()
    page.get_by_role("button", name="Compare before and after").click()
    expect(page.locator("#comparison-title")).to_have_text("Comparison with run first")
    page.close()


def test_a_page_that_cannot_be_made_says_so(
    served: Served, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(_: object) -> None:
        raise KeyError("broken")

    monkeypatch.setattr(type(served.store), "runs", fail)
    assert served.get("/") == (500, "The page cannot be made: KeyError: 'broken'")
    assert "Traceback" in capfd.readouterr().err


def test_many_runs_are_on_pages_and_found_on_all_of_them(served: Served, browser: Browser) -> None:
    for number in range(RUNS_PER_PAGE + 2):
        tags = ("old",) if number < 2 else ()
        served.store.record_run(replace(run_record(tags=tags), run_id=f"run-{number:03}"))
    page = browser.new_page()
    page.goto(served.site.url)
    found = page.locator("tbody th")
    expect(found).to_have_count(RUNS_PER_PAGE)
    expect(page.get_by_role("status")).to_have_text("202 of 202 runs, page 1 of 2")
    page.get_by_role("link", name="older runs").click()
    expect(found).to_have_text(["run-001", "run-000"])
    page.get_by_role("link", name="newer runs").click()
    page.get_by_label("Find").fill("RUN-000 demo")
    page.get_by_label("Find").press("Enter")
    expect(found).to_have_text(["run-000"])
    expect(page.get_by_role("status")).to_have_text("1 of 202 runs")
    page.get_by_role("link", name="All runs").click()
    page.get_by_role("checkbox", name="old").click()
    expect(found).to_have_text(["run-001", "run-000"])
    assert page.url.endswith("/?find=&tag=old")
    page.close()


def test_a_search_without_a_result_and_a_page_that_is_not_there(served: Served) -> None:
    record(served.store, "first")
    assert "No run has all of that." in text_of(served.get("/?find=nothing")[1])
    assert "first demo complete" in text_of(served.get("/?page=7")[1])
    assert "first demo complete" in text_of(served.get("/?page=x")[1])


def test_the_lineage_of_an_artifact_leads_on(served: Served, browser: Browser) -> None:
    def ran(run_id: str, name: str, **more: object) -> ArtifactRecord:
        served.store.record_run(replace(run_record(), run_id=run_id))
        given: dict[str, Any] = {
            "id": 0,
            "outputs": {"data": [ArtifactRecord("Report", f"/{name}")]},
            **more,
        }
        made = execution(0, name=name, output_types={"data": ArtifactType("Report")}, **given)
        return served.store.record(replace(made, run_id=run_id)).outputs["data"][0]

    raw = ran("first", "Load")
    clean = ran("first", "Clean", inputs={"data": [raw]})
    ran("second", "Load", state=ExecutionState.CACHED, outputs={"data": [raw]}, cached_from=1)
    ran("second", "Train & <b>", inputs={"data": [clean]})
    page = browser.new_page()
    page.goto(f"{served.site.url}runs/first#Load")
    expect(page.locator("article.chosen h2")).to_contain_text("Load")
    page.get_by_role("link", name="what was made of it").locator("visible=true").click()
    expect(page.locator("h1")).to_have_text(f"Lineage of Report {raw.id}")
    expect(page.locator("a.box.chosen")).to_contain_text(f"artifact · {raw.id}")
    labels = page.locator("a.box .l").all_text_contents()
    assert sorted(labels) == ["Clean", "Load", "Report", "Report", "Report", "Train & <b>"]
    expect(page.locator("ul li")).to_have_text("Load in run second took it over")
    page.locator("a.box.s-complete", has_text="Train & <b>").click()
    expect(page.locator("article.chosen h2")).to_contain_text("Train & <b>")
    assert "/runs/second" in page.url
    page.close()


def test_an_artifact_that_is_not_there(served: Served) -> None:
    message = "The store holds no artifact 77. All runs are at /."
    assert served.get("/artifacts/77") == (404, message)
    assert served.get("/artifacts/x")[0] == 404
