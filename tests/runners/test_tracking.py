"""What is recorded of the code's version and of the environment, with real git repositories."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import pipeline_lib
from pipeline_lib import LocalRunner, Pipeline, sqlite_metadata_connection_config
from pipeline_lib.compiler.compile import compile
from pipeline_lib.errors import AuthoringError, PipelineRunError
from pipeline_lib.metadata.store import CodeVersion, RunRecord, RunState, open_store
from pipeline_lib.runners.code_version import AskedGit, code_folder
from pipeline_lib.runners.environment import environment
from pipeline_lib.runners.tracking import Tracking
from tests.runners import steps
from tests.whole_message import raises

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not on this machine")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One commit on the branch `trial`, with `module.py`."""
    folder = tmp_path / "repository"
    (folder / "inside").mkdir(parents=True)
    (folder / "module.py").write_text("x = 1\n")
    git(folder, "init", "-q", "-b", "trial")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def version(folder: Path) -> CodeVersion | None:
    with closing(AskedGit(str(folder))) as asked:
        return asked.version(60)


@needs_git
def test_commit_and_branch_are_told_also_from_a_folder_inside(repository: Path) -> None:
    commit = git(repository, "rev-parse", "HEAD")
    expected = CodeVersion(commit, "trial", is_dirty=False)
    assert version(repository) == version(repository / "inside") == expected
    git(repository, "checkout", "-q", "--detach")
    assert version(repository) == replace(expected, branch="")


@needs_git
def test_a_changed_file_makes_it_dirty_and_one_that_git_does_not_know_does_not(
    repository: Path,
) -> None:
    (repository / "output.txt").write_text("x")
    found = version(repository)
    assert found is not None
    assert not found.is_dirty
    (repository / "module.py").write_text("x = 2\n")
    assert version(repository) == replace(found, is_dirty=True)
    git(repository, "add", "module.py")
    assert version(repository) == replace(found, is_dirty=True)


@needs_git
def test_a_run_that_a_git_hook_starts_asks_for_the_repository_of_its_own_code(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = version(repository)
    assert expected is not None
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "another"))
    assert version(repository / "inside") == expected


@needs_git
def test_no_version_where_there_is_none(repository: Path, tmp_path: Path) -> None:
    assert version(tmp_path) is None
    new = tmp_path / "new"
    new.mkdir()
    git(new, "init", "-q")
    assert version(new) is None


@needs_git
def test_a_broken_repository_is_none(repository: Path) -> None:
    (repository / ".git" / "HEAD").write_text("nonsense")
    assert version(repository) is None


def test_without_git_there_is_no_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert version(tmp_path) is None


def slow_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `git` that answers when something is written to the pipe it reads, in a repository."""
    gate = folder / "gate"
    os.mkfifo(gate)
    program = folder / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nread go < {gate}\necho '# branch.oid 1a2b'\n")
    program.chmod(0o755)
    (folder / ".git").mkdir()
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return gate


def test_a_late_answer_comes_with_the_end_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = slow_git(tmp_path, monkeypatch)
    with closing(Tracking(str(tmp_path))) as tracking:
        begun = tracking.begun(RunRecord("p", "run-1", RunState.RUNNING))
        assert [one.code for one in begun.environments] == [None]
        assert tracking.ended(begun) == begun
        gate.write_text("go\n")
        assert tracking._git.version(60) is not None
    with closing(Tracking(str(tmp_path))) as tracking:
        begun = tracking.begun(RunRecord("p", "run-1", RunState.RUNNING))
        gate.write_text("go\n")
        os.waitid(os.P_PID, _pid(tracking), os.WEXITED | os.WNOWAIT)
        (told,) = tracking.ended(begun).environments
    assert told.code == CodeVersion("1a2b")


def test_git_is_not_waited_for_when_the_run_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_git(tmp_path, monkeypatch)
    asked = AskedGit(str(tmp_path))
    process = asked._git
    assert process is not None
    asked.close()
    assert process.returncode == -signal.SIGKILL


def _pid(tracking: Tracking) -> int:
    assert tracking._git._git is not None
    return tracking._git._git.pid


def test_the_environment_is_told_and_nothing_of_it_is_imported() -> None:
    found = environment(None)
    assert (found.python, found.pipeline_lib) == (
        platform.python_version(),
        pipeline_lib.__version__,
    )
    assert found.cores >= 1
    assert found.system.startswith(f"Linux {platform.release()} ")
    assert platform.node() not in found.system.split()
    import ml_metadata

    assert found.packages["ml-metadata"] == ml_metadata.__version__
    assert list(found.packages) == sorted(found.packages)


def test_the_package_that_is_imported_is_the_one_whose_version_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "torch-9.8.7+cpu.dist-info").mkdir()
    (tmp_path / "scikit_learn-1.2.3.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path, "/absent.zip"])
    packages = environment(None).packages
    assert (packages["torch"], packages["scikit-learn"]) == ("9.8.7+cpu", "1.2.3")


def test_the_code_is_looked_for_beside_the_author_s_components(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = compile(Pipeline("p", str(tmp_path), [steps.Train(blessed=1)]))
    assert code_folder(pipeline) == str(Path(steps.__file__).parent)
    monkeypatch.chdir(tmp_path)
    assert code_folder(replace(pipeline, nodes=())) == str(tmp_path)


def run(folder: Path, repository: Path, run_id: str, kind: str = "") -> RunRecord:
    config = sqlite_metadata_connection_config(str(folder / "store.sqlite"))
    nodes = [steps.Train(blessed=1), *([steps.Fail(kind=kind)] if kind else [])]
    pipeline = Pipeline("p", str(folder / "root"), nodes, metadata_connection_config=config)
    runner = LocalRunner(inline=True, progress=False)
    try:
        runner.run(pipeline, run_id=run_id, source_folder=str(repository))
    except PipelineRunError:
        pass
    with closing(open_store(config)) as store:
        return store.run(run_id)


@needs_git
def test_a_run_keeps_its_environment_and_one_that_is_resumed_with_another_both(
    repository: Path, tmp_path: Path
) -> None:
    first = version(repository)
    recorded = run(tmp_path, repository, "run-1", kind="value")
    assert recorded.environments == (environment(first),)

    def resumed() -> Sequence[CodeVersion | None]:
        config = sqlite_metadata_connection_config(str(tmp_path / "store.sqlite"))
        with pytest.raises(PipelineRunError):
            LocalRunner(inline=True, progress=False).resume(
                "run-1", source_folder=str(repository), metadata_connection_config=config
            )
        with closing(open_store(config)) as store:
            return [one.code for one in store.run("run-1").environments]

    assert resumed() == [first]
    (repository / "module.py").write_text("x = 2\n")
    second = version(repository)
    assert resumed() == [first, second]
    assert resumed() == [first, second]


@pytest.mark.parametrize("tag", ["", " a", "a\nb", "x" * 201])
def test_a_tag_that_nobody_finds_again_is_refused(tmp_path: Path, tag: str) -> None:
    pipeline = Pipeline("p", str(tmp_path), [steps.Train(blessed=1)])
    with raises(
        AuthoringError,
        "A tag is a word, or a few, in one line of at most 200 characters without blanks around "
        f"it, got {tag!r}.",
    ):
        LocalRunner(inline=True, progress=False).run(pipeline, tags=["good", tag])
