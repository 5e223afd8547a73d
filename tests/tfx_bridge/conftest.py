"""The tests here need the `tfx` package: `make test-tfx` runs them where it can be had."""

from __future__ import annotations

import importlib.util

collect_ignore_glob: list[str] = []
if importlib.util.find_spec("tfx") is None:
    collect_ignore_glob.append("test_[!w]*.py")
