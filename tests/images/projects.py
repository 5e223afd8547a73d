"""Folders as authors have them."""

from __future__ import annotations

from pathlib import Path

PIPELINE = """
from pipeline_lib import OutputDict, Pipeline, component
from birds.count import count

@component
def Count(words: str = "adelie gentoo") -> OutputDict(number=int):
    return {"number": count(words)}

pipeline = Pipeline("birds", components=[Count()])
"""


def make_project(folder: Path) -> Path:
    """A project with a module, a package with a data file, and much that no image needs."""
    texts = {
        "pipeline.py": PIPELINE,
        "birds/__init__.py": "",
        "birds/count.py": "def count(words: str) -> int:\n    return len(words.split())\n",
        "birds/names.txt": "adelie\n",
        "birds/data/sizes.csv": "1,2\n",
        "scripts/clean.py": "print('clean')\n",
        "schema/schema.pbtxt": "feature {}\n",
        "data/penguins.csv": "1,2\n",
        "README.md": "birds\n",
        ".git/config": "",
        ".env": "PASSWORD=secret\n",
        ".hidden.py": "",
        "venv/pyvenv.cfg": "",
        "venv/lib/site.py": "",
        "build/lib/pipeline.py": "",
        "birds.egg-info/top_level.txt": "",
        "birds/__pycache__/count.cpython-311.pyc": "",
    }
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


SENT = [
    "birds/__init__.py",
    "birds/count.py",
    "birds/data/sizes.csv",
    "birds/names.txt",
    "pipeline.py",
    "scripts/clean.py",
]
"""What of it goes into an image."""
