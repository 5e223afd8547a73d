from __future__ import annotations

import pytest

from pipeline_lib.errors import ImageError
from pipeline_lib.images.failures import failed_build

NO_PACKAGE = "ERROR: No matching distribution found for pandas==9"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            [
                "Step 4/17 : RUN python3 -c \"...'pipeline-lib: the packages are pinned for Python "
                "3.10, base image has ' + has)\"",
                "pipeline-lib: the packages are pinned for Python 3.10, base image has 3.12",
            ],
            "The packages are pinned as they are installed here, for Python 3.10, and the base "
            "image has Python 3.12. Name a base image with Python 3.10, or the packages for the "
            "other: --requirements FILE.",
        ),
        (
            ["/bin/sh: 1: python3: not found"],
            "The base image has no Python with its module 'venv', which packages are installed "
            "with. Name a base image that has it, such as 'python:3.11-slim-bookworm'.",
        ),
        (
            ["... Failed to establish a new connection: [Errno -3]", NO_PACKAGE],
            "The build has no network to get packages from, 'pandas==9' being the first. Give it "
            "the wheels of all packages: --wheels DIR.",
        ),
        (
            [NO_PACKAGE],
            "The package 'pandas==9' is not to be had from the package index, or from the wheels "
            "where a folder of them was given. Change its version with --requirements FILE, or "
            "add its wheel.",
        ),
        (
            ["1", "2", "", "3", "4", "5", "6"],
            "The image cannot be built. The engine's last lines:\n  2\n  3\n  4\n  5\n  6",
        ),
    ],
)
def test_why_a_build_failed(lines: list[str], message: str) -> None:
    error = failed_build(lines)
    assert (type(error), str(error)) == (ImageError, message)
