from __future__ import annotations

import signal
import socket
import urllib.request

from tests.cli.desk import Desk, Recorded


def test_it_serves_the_store_until_it_is_interrupted(recorded: Recorded) -> None:
    process = recorded.desk.start("ui", "--port", "0", "--no-browser")
    assert process.stdout is not None
    said = process.stdout.readline()
    assert said.startswith("Runs are at http://127.0.0.1:")
    with urllib.request.urlopen(said.split()[3]) as answer:
        assert recorded.failed in answer.read().decode()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert (process.returncode, told) == (0, "Ended.\n")


def test_a_port_that_is_taken(recorded: Recorded) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = recorded.desk.plib("ui", "--no-browser", "--port", str(port))
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: Port {port} cannot be listened on: Address already in use. "
        "Name another with --port; 0 takes a free one.\n"
    )


def test_a_store_that_is_not_there(desk: Desk) -> None:
    assert desk.plib("ui", "--no-browser").exit_code == 2
