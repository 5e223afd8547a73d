"""Wheels of this library and of what it depends on, for builds without a network."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

from tests.docker_engine import dependencies_in_images

_REPOSITORY = Path(__file__).parents[2]


def make_wheels(folder: Path) -> None:
    """Write the wheels into `folder`, the dependencies' made of what images get."""
    folder.mkdir(parents=True, exist_ok=True)
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory"]
    subprocess.run([*build, str(folder)], cwd=_REPOSITORY, check=True, capture_output=True)
    for distribution in metadata.distributions(path=[str(dependencies_in_images())]):
        _pack(distribution, folder)


def _pack(distribution: metadata.Distribution, folder: Path) -> None:
    """What was installed, as a wheel again."""
    tag = re.findall(r"^Tag: (\S+)$", distribution.read_text("WHEEL") or "", re.MULTILINE)[-1]
    files = list(distribution.files or [])
    info = next(file.parts[0] for file in files if file.parts[0].endswith(".dist-info"))
    records: list[tuple[str, str, int | str]] = []
    with zipfile.ZipFile(folder / f"{info.removesuffix('.dist-info')}-{tag}.whl", "w") as wheel:
        for file in files:
            path = Path(str(distribution.locate_file(file)))
            if file.parts[0] in ("..", "bin") or file.name == "RECORD" or not path.is_file():
                continue
            content = path.read_bytes()
            wheel.writestr(str(file), content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
            records.append((str(file), f"sha256={digest.decode()}", len(content)))
        record = f"{info}/RECORD"
        text = io.StringIO()
        csv.writer(text).writerows([*records, (record, "", "")])
        wheel.writestr(record, text.getvalue())
