"""Container components, run by the local runner in a real engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline_lib import (
    Importer,
    InputUriPlaceholder,
    InputValuePlaceholder,
    OutputUriPlaceholder,
    create_container_component,
    placeholders,
)
from pipeline_lib.artifacts.standard_artifacts import ExternalArtifact, Integer
from tests.runners.conftest import RunNodes

pytestmark = pytest.mark.usefixtures("docker_engine")


def container(image: str, *command: Any, name: str = "Work", **declared: Any) -> Any:
    return create_container_component(name=name, image=image, command=command, **declared)


@pytest.fixture
def text(tmp_path: Path) -> Any:
    folder = tmp_path / "text"
    folder.mkdir()
    (folder / "data").write_text("one fish\ntwo birds\nred fish\n")
    return Importer(str(folder), ExternalArtifact).with_id("text").outputs["result"]


def test_a_command_reads_its_inputs_and_writes_its_outputs(
    text: Any, base_image: str, run_nodes: RunNodes
) -> None:
    filter_and_count = container(
        base_image,
        *("sh", "-exc", 'grep -- "$0" "$1"/data > "$2"/data; wc -l < "$2/data" > "$3"; echo done'),
        InputValuePlaceholder("pattern"),
        InputUriPlaceholder("text"),
        OutputUriPlaceholder("kept"),
        OutputUriPlaceholder("count"),
        inputs={"text": ExternalArtifact},
        outputs={"kept": ExternalArtifact, "count": Integer},
        parameters={"pattern": str},
    )
    work = filter_and_count(text=text, pattern="fish")
    tell = container(
        base_image,
        *("sh", "-c", 'echo "$0 of $1"'),
        InputValuePlaceholder("count"),
        placeholders.execution_invocation().pipeline_run_id,
        name="Tell",
        inputs={"count": Integer},
    )(count=work.outputs["count"])
    result = run_nodes(text.producer, work, tell)
    kept = result["Work"].outputs["kept"][0]
    assert Path(kept.uri, "data").read_text() == "one fish\nred fish\n"
    assert result["Work"].outputs["count"][0].uri.endswith("/value")
    assert Path(result["Tell"].log_uri).read_text() == "2 of r\n"
