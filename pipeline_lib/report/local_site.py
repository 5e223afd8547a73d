"""`plib ui`: pages over a store, for this machine only, made anew whenever they are asked for."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, unquote, urlsplit

from pipeline_lib.errors import PipelineLibError, RunNotFoundError
from pipeline_lib.metadata.store import MetadataStore
from pipeline_lib.report.comparison import compare
from pipeline_lib.report.html.lineage import lineage_html
from pipeline_lib.report.html.page import run_html, runs_html
from pipeline_lib.report.other_tools import with_state_of_nodes
from pipeline_lib.report.run_search import find_runs
from pipeline_lib.report.run_view import view_run

ADDRESS = "127.0.0.1"
_OWN_NAMES = (ADDRESS, "localhost")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "script-src 'unsafe-inline'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class LocalSite(ThreadingHTTPServer):
    """Serves a store's runs to browsers on this machine until it is shut down.

    Args:
        store: the store; it is read only.
        port: where to listen; 0 takes a free one.
    """

    daemon_threads = True

    def __init__(self, store: MetadataStore, port: int) -> None:
        self.store = store
        super().__init__((ADDRESS, port), _Handler)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{ADDRESS}:{self.server_address[1]}/"


class _Handler(BaseHTTPRequestHandler):
    server: LocalSite

    def do_GET(self) -> None:
        # A page from elsewhere may lead its own name here to read what is shown; see DNS rebinding.
        if (self.headers.get("Host") or "").rpartition(":")[0] not in _OWN_NAMES:
            self._answer(HTTPStatus.FORBIDDEN, "This is for this machine only.")
            return
        try:
            self._route()
        except RunNotFoundError as error:
            self._answer(HTTPStatus.NOT_FOUND, str(error))
        except PipelineLibError as error:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, str(error))
        except ConnectionError:
            raise  # the browser has gone away
        except Exception as error:
            traceback.print_exc()
            said = f"The page cannot be made: {type(error).__name__}: {error}"
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, said)

    def log_message(self, format: str, *args: object) -> None:
        """The terminal is for what went wrong."""

    def _route(self) -> None:
        asked = urlsplit(self.path)
        given = parse_qs(asked.query)
        query = {name: values[0] for name, values in given.items()}
        match [unquote(part) for part in asked.path.strip("/").split("/")]:
            case [""]:
                self._page(_runs(self.server.store, query, given.get("tag", [])))
            case ["runs", run_id]:
                self._page(_run(self.server.store, run_id, query.get("against", "")))
            case ["runs", run_id, "version"]:
                self._answer(HTTPStatus.OK, _version(self.server.store, run_id))
            case ["artifacts", number] if number.isdecimal():
                self._page(_lineage(self.server.store, int(number)))
            case ["compare"] if {"before", "after"} <= set(query):
                place = f"/runs/{quote(query['after'])}?against={quote(query['before'])}"
                self._answer(HTTPStatus.SEE_OTHER, "", Location=f"{place}#comparison")
            case _:
                self._answer(HTTPStatus.NOT_FOUND, "There is no such page. All runs are at /.")

    def _page(self, content: str) -> None:
        self._answer(HTTPStatus.OK, content, **{"Content-Type": "text/html; charset=utf-8"})

    def _answer(self, status: HTTPStatus, content: str, **headers: str) -> None:
        payload = content.encode()
        self.send_response(status)
        plain = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(payload))}
        for name, value in {**_HEADERS, **plain, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)


def _runs(store: MetadataStore, query: Mapping[str, str], tags: Sequence[str]) -> str:
    number = query.get("page", "1")
    found = find_runs(
        store.runs(), query.get("find", ""), tags, int(number) if number.isdecimal() else 1
    )
    states = [store.states(run.run_id) for run in found.runs]
    told = [
        with_state_of_nodes(run, of_nodes.values())
        for run, of_nodes in zip(found.runs, states, strict=True)
    ]
    return runs_html(replace(found, runs=tuple(told)), states)


def _lineage(store: MetadataStore, artifact_id: int) -> str:
    lineage = store.lineage([artifact_id])
    if artifact_id not in lineage.artifacts:
        raise RunNotFoundError(f"The store holds no artifact {artifact_id}. All runs are at /.")
    return lineage_html(lineage, artifact_id)


def _run(store: MetadataStore, run_id: str, against: str) -> str:
    version = _version(store, run_id)  # read first: what changes meanwhile is another version
    run = store.run(run_id)
    view = view_run(run, store)
    if not against:
        return run_html(view, version=version)
    other = store.run(against)
    before = {one.instance: one for one in store.executions(against)}
    return run_html(view, compare(other, before, run, view.executions), version=version)


def _version(store: MetadataStore, run_id: str) -> str:
    """Another text whenever a node, or the run, has another state, or the run other words."""
    states = store.states(run_id)
    run = store.run(run_id)
    words = [run.state.value, *run.tags, *(note.text for note in run.notes)]
    told = [*words, *(f"{name} {states[name].value}" for name in states)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
