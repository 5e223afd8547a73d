"""Options and fixtures of the whole test suite."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.browser", "tests.docker_engine", "tests.object_store", "tests.penguins"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--update-golden`: write the golden files anew; read what changed before committing it."""
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write tests/golden anew from what the code makes now",
    )
