"""`python -m pipeline_lib.cli`: the same as `plib`."""

from __future__ import annotations

from pipeline_lib.cli.main import main

if __name__ == "__main__":
    main()
