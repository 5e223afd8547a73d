from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.comparison import Comparison, directory_on_disk
from benchmarks.rows import Against, Bar, Row, Unit
from benchmarks.sides import MeasurementError, Side

PROJECT = Path(__file__).resolve().parents[2]


def test_a_quick_run_prints_a_line_for_each_figure() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--only", "import,chain"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    for what in ("import pipeline_lib", "chain of 3", "chain of 6, cached"):
        assert f"│ {what} " in done.stdout
    assert "Medians of 1. TFX was not asked for." in done.stdout


def test_an_unknown_group_is_refused() -> None:
    result = CliRunner().invoke(main, ["--only", "import,chains"])

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == (
        "Error: Invalid value for '--only': there is no 'chains'; there are "
        "import, compile, parallel, chain, fan, growth, scale, penguin, serving."
    )


def test_a_failing_measurement_shows_the_end_of_its_output() -> None:
    side = Side((sys.executable, "-c", "import sys; sys.exit('no disk')"))

    with pytest.raises(MeasurementError) as caught:
        side.measure("chain", 3)

    assert str(caught.value) == (
        f"{sys.executable} -c import sys; sys.exit('no disk') chain 3 failed with 1:\nno disk"
    )


def test_each_figure_is_the_median_of_its_repeats(tmp_path: Path) -> None:
    side = Side(())
    found = iter([3.0, 1.0, 2.0])

    medians = Comparison(side, None, side, 3, 1, tmp_path).medians(
        ours=lambda _, __: {"run": next(found)}, tfx=lambda _, __: {"run": 9.0}
    )

    assert (medians.ours, medians.tfx, medians.floor) == ({"run": 2.0}, {}, {})


def test_each_measurement_has_a_directory_of_its_own() -> None:
    side = Side(())
    directories: list[Path] = []

    def measure(_: Side, directory: Path) -> dict[str, float]:
        assert list(directory.iterdir()) == []
        (directory / "store").touch()
        directories.append(directory)
        return {}

    with directory_on_disk() as parent:
        Comparison(side, None, side, 2, 1, parent).medians(ours=measure)
        assert all(directory.exists() for directory in directories)

    assert len(set(directories)) == 2
    assert not parent.exists()


@pytest.mark.parametrize(
    ("bar", "holds"),
    [
        (Bar(2.0), True),
        (Bar(1.9), False),
        (Bar(0.5, Against.TFX), True),
        (Bar(0.4, Against.TFX), False),
        (Bar(2.0, Against.FLOOR), None),
    ],
)
def test_a_bar_holds_up_to_its_limit(bar: Bar, holds: bool | None) -> None:
    assert Row("chain", Unit.SECONDS, ours=2.0, tfx=4.0).holds(bar) is holds
