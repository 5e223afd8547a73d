"""Pyright's language server, asked what an editor asks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

CURSOR = "▮"

_CAPABILITIES = {
    "textDocument": {
        "hover": {"contentFormat": ["plaintext"]},
        "signatureHelp": {"signatureInformation": {"documentationFormat": ["plaintext"]}},
    }
}


class LanguageServerError(Exception):
    """It has ended; the message is what it wrote to standard error."""


class LanguageServer:
    """Knows one module, `pipeline.py` in `folder`, which begins with `beginning`."""

    def __init__(self, command: Path, folder: Path, beginning: str) -> None:
        self._beginning = beginning
        self._uri = (folder / "pipeline.py").as_uri()
        self._errors = (folder / "stderr.txt").open("w+")
        self._requests = 0
        self._version = 0
        self._diagnostics: dict[int, list[str]] = {}
        self._process = subprocess.Popen(
            [command, "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=folder,
        )
        workspace = {"uri": folder.as_uri(), "name": folder.name}
        self._ask("initialize", workspaceFolders=[workspace], capabilities=_CAPABILITIES)
        self._tell("initialized")
        document = {"uri": self._uri, "languageId": "python", "version": 0, "text": beginning}
        self._tell("textDocument/didOpen", textDocument=document)

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            self._ask("shutdown")
            self._tell("exit")
        self._process.communicate()
        self._errors.close()

    def completions(self, line: str) -> list[str]:
        """What is offered where the cursor stands, best first."""
        answer = self._ask("textDocument/completion", **self._at_cursor(line))
        items = sorted(answer["items"] if answer else [], key=lambda item: item["sortText"])
        return [item["label"] for item in items]

    def signatures(self, line: str) -> list[str]:
        """The signatures shown for the call in which the cursor stands."""
        answer = self._ask("textDocument/signatureHelp", **self._at_cursor(line))
        return [signature["label"] for signature in answer["signatures"]]

    def hover(self, line: str) -> str:
        """What is shown for the name under the cursor."""
        answer = self._ask("textDocument/hover", **self._at_cursor(line))
        return str(answer["contents"]["value"])

    def mistakes(self, line: str) -> list[str]:
        """First line of each mistake that is marked in the line."""
        self._write(line)
        while self._version not in self._diagnostics:
            self._take(self._read())
        return self._diagnostics[self._version]

    def _at_cursor(self, line: str) -> dict[str, Any]:
        self._write(line.replace(CURSOR, ""))
        position = {"line": self._beginning.count("\n"), "character": line.index(CURSOR)}
        return {"textDocument": {"uri": self._uri}, "position": position}

    def _write(self, line: str) -> None:
        self._version += 1
        self._tell(
            "textDocument/didChange",
            textDocument={"uri": self._uri, "version": self._version},
            contentChanges=[{"text": self._beginning + line + "\n"}],
        )

    def _ask(self, method: str, **params: Any) -> Any:
        self._requests += 1
        self._send(id=self._requests, method=method, params=params)
        while True:
            message = self._read()
            if message.get("id") == self._requests and "method" not in message:
                return message["result"]
            self._take(message)

    def _tell(self, method: str, **params: Any) -> None:
        self._send(method=method, params=params)

    def _take(self, message: dict[str, Any]) -> None:
        """Keep what was found; the server's own questions get no more than an answer."""
        if message.get("method") == "textDocument/publishDiagnostics":
            found = message["params"]
            here = self._beginning.count("\n")
            self._diagnostics[found["version"]] = [
                one["message"].splitlines()[0]
                for one in found["diagnostics"]
                if one["range"]["start"]["line"] == here
            ]
        elif "method" in message and "id" in message:
            self._send(id=message["id"], result=None)

    def _send(self, **message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin
        try:
            self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise self._died() from error

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        length = 0
        while header := self._process.stdout.readline().strip():
            name, _, value = header.partition(b":")
            if name == b"Content-Length":
                length = int(value)
        if not length:
            raise self._died()
        message: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return message

    def _died(self) -> LanguageServerError:
        self._process.wait()
        self._errors.seek(0)
        return LanguageServerError(self._errors.read()[-1000:].strip())


def command() -> Path:
    """The server of the environment that runs the tests; it may not be there."""
    return Path(sys.executable).parent / "pyright-langserver"
