"""The first steps of the penguin pipeline as containers in other languages, before its own."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import tensorflow_data_validation as tfdv

from components import CsvExampleGen, ExampleValidator, SchemaGen, StatisticsGen
from pipeline_lib import (
    Importer,
    InputUriPlaceholder,
    InputValuePlaceholder,
    LocalRunner,
    OutputUriPlaceholder,
    Pipeline,
    create_container_component,
)
from pipeline_lib.artifacts.standard_artifacts import ExternalArtifact, Integer
from pipeline_lib.metadata.connection import SqliteConnection
from pipeline_lib.metadata.store import ExecutionState

AWK = r"""
for file in "$0"/*.csv; do
    awk -F, -v dropped="$2" '
        NR == 1 || !/(^|,)(,|$)/ { print; next }
        { count += 1 }
        END { printf "%d", count > dropped }
    ' "$file" > "$1"/penguins.csv
done
echo "$(wc -l < "$1"/penguins.csv) lines are complete"
"""
PERL = r"""
my ($in, $out, $unit) = @ARGV;
my %factor = (g => 1, kg => 0.001);
open(my $rows, "<", "$in/penguins.csv") or die "cannot read: $!";
open(my $kept, ">", "$out/penguins.csv") or die "cannot write: $!";
chomp(my @names = split /,/, <$rows>);
my ($mass) = grep { $names[$_] eq "body_mass_g" } 0 .. $#names;
$names[$mass] = "body_mass_$unit";
print $kept join(",", @names), "\n";
while (my $row = <$rows>) {
    chomp $row;
    my @cells = split /,/, $row, -1;
    $cells[$mass] *= $factor{$unit};
    print $kept join(",", @cells), "\n";
}
close $kept or die "cannot write: $!";
"""


def pipeline(image: str, source: str, root: Path) -> Pipeline:
    """Penguins whose rows are chosen by awk and whose masses are converted by Perl."""
    raw = Importer(source, ExternalArtifact).with_id("raw")
    drop_incomplete = create_container_component(
        name="DropIncomplete",
        image=image,
        command=[
            *("sh", "-eu", "-c", AWK),
            InputUriPlaceholder("table"),
            OutputUriPlaceholder("complete"),
            OutputUriPlaceholder("dropped"),
        ],
        inputs={"table": ExternalArtifact},
        outputs={"complete": ExternalArtifact, "dropped": Integer},
    )(table=raw.outputs["result"])
    convert_mass = create_container_component(
        name="ConvertMass",
        image=image,
        command=[
            *("perl", "-we", PERL),
            InputUriPlaceholder("table"),
            OutputUriPlaceholder("converted"),
            InputValuePlaceholder("unit"),
        ],
        inputs={"table": ExternalArtifact},
        outputs={"converted": ExternalArtifact},
        parameters={"unit": str},
    )(table=drop_incomplete.outputs["complete"], unit="kg")
    example_gen = CsvExampleGen(input_base=convert_mass.outputs["converted"].future()[0].uri)
    statistics_gen = StatisticsGen(examples=example_gen.outputs["examples"])
    schema_gen = SchemaGen(statistics=statistics_gen.outputs["statistics"])
    validator = ExampleValidator(
        statistics=statistics_gen.outputs["statistics"], schema=schema_gen.outputs["schema"]
    )
    nodes: list[Any] = [
        raw,
        drop_incomplete,
        convert_mass,
        example_gen,
        statistics_gen,
        schema_gen,
        validator,
    ]
    return Pipeline("penguin", str(root), nodes, enable_cache=True)


@pytest.mark.timeout(200)
def test_awk_and_perl_prepare_the_penguins(
    base_image: str, penguins_csv: str, tmp_path: Path
) -> None:
    config = SqliteConnection(str(tmp_path / "store.sqlite"))
    runner = LocalRunner(2, progress=False)
    written = pipeline(base_image, penguins_csv, tmp_path / "root")
    result = runner.run(written, metadata_connection_config=config)
    assert {one.state for one in result.executions.values()} == {ExecutionState.COMPLETE}

    with open(f"{penguins_csv}/penguins.csv", newline="") as raw:
        complete = [row for row in csv.DictReader(raw) if all(row.values())]
    dropped = Path(result["DropIncomplete"].outputs["dropped"][0].uri).read_text()
    assert int(dropped) == 344 - len(complete)
    assert Path(result["DropIncomplete"].log_uri).read_text() == (
        f"{len(complete) + 1} lines are complete\n"
    )

    statistics = result["StatisticsGen"].outputs["statistics"][0].uri
    counted, masses = 0, []
    for split in ("train", "eval"):
        (path,) = Path(statistics, f"Split-{split}").iterdir()
        (dataset,) = tfdv.load_stats_binary(str(path)).datasets
        counted += dataset.num_examples
        features = {one.path.step[0]: one for one in dataset.features}
        masses.append(features["body_mass_kg"].num_stats.mean)
    assert counted == len(complete)
    assert all(3.5 < mean < 5 for mean in masses)

    again = runner.run(
        pipeline(base_image, penguins_csv, tmp_path / "root"), metadata_connection_config=config
    )
    assert {one.state for one in again.executions.values()} == {ExecutionState.CACHED}
