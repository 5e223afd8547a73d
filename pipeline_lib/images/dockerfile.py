"""The Dockerfile of an author's project."""

from __future__ import annotations

import json

from pipeline_lib.images.project import Project
from pipeline_lib.images.requirements import Requirements

USER_ID = 10001
"""Whom containers run as: nobody that an image or a machine has already. The group is root's, as
clusters that give each project a user of its own expect it."""

WRONG_PYTHON = "pipeline-lib: the packages are pinned for Python"
"""How the build begins to say that the base image has another Python."""

PLACE = "/app"
"""Where the author's modules are in the image."""

_INSTALL = (
    "pip/bin/pip --python /opt/venv/bin/python install "
    "--no-cache-dir --no-input --disable-pip-version-check --retries 3"
)


def dockerfile(
    project: Project, requirements: Requirements, base: str, *, from_wheels: bool
) -> str:
    """The text of a Dockerfile for the folder that `context.write_context` makes.

    Packages are installed in a stage of their own, of which the image gets the result alone: no
    pip of ours, no cache, no wheel. The modules belong to root; containers run as another user.

    Args:
        project: the author's.
        requirements: the packages.
        base: the image to begin with, which has Python with `venv`.
        from_wheels: packages come from the folder `wheels` beside, and not from an index.
    """
    source = " --no-index --find-links wheels" if from_wheels else ""
    python_path = ":".join(
        PLACE if root.name == "" else f"{PLACE}/{root}" for root in project.roots
    )
    lines = [
        f"FROM {base} AS packages",
        "USER 0",
        "WORKDIR /build",
        *_check_of_python(requirements.python),
        "RUN python3 -m venv pip && python3 -m venv --without-pip /opt/venv",
        "COPY requirements.txt constraints.txt ./",
        *(["COPY wheels wheels"] if from_wheels else []),
        f"RUN {_INSTALL}{source} -r requirements.txt -c constraints.txt",
        "",
        f"FROM {base}",
        "USER 0",
        f"RUN echo 'pipeline:x:{USER_ID}:0::/home/pipeline:/bin/sh' >> /etc/passwd "
        f"&& mkdir -p /home/pipeline && chown {USER_ID}:0 /home/pipeline "
        "&& chmod 775 /home/pipeline",
        "COPY --from=packages /opt/venv /opt/venv",
        f"COPY project {PLACE}",
        f"ENV PATH=/opt/venv/bin:$PATH PYTHONPATH={python_path} PYTHONUNBUFFERED=1 "
        "HOME=/home/pipeline",
        f"RUN python3 -m compileall -q {PLACE} || true",
        f"WORKDIR {PLACE}",
        f"USER {USER_ID}:0",
        f"CMD {json.dumps(['plib', '--help'])}",
    ]
    return "\n".join(lines) + "\n"


def _check_of_python(version: str) -> list[str]:
    if not version:
        return []
    check = (
        "import sys; has = '%d.%d' % sys.version_info[:2]; "
        f"sys.exit(has != '{version}' and '{WRONG_PYTHON} {version}, base image has ' + has)"
    )
    return [f'RUN python3 -c "{check}"']
