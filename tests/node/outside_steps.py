"""A component whose work is outside of its outputs."""

from __future__ import annotations

import os

from pipeline_lib import InputArtifact, OutputArtifact, Parameter, component
from pipeline_lib.artifacts.outside import stands_for
from pipeline_lib.artifacts.standard_artifacts import ModelBlessing, PushedModel


@component
def Push(
    pushed_model: OutputArtifact[PushedModel],
    place: Parameter[str],
    newest: Parameter[bool] = False,
) -> None:
    """Make the place, and say so."""
    os.makedirs(place)
    for folder in (place, pushed_model.uri):
        with open(f"{folder}/model", "w") as file:
            file.write("weights")
    stands_for(pushed_model, place, newest)


@component
def Bless(blessing: OutputArtifact[ModelBlessing], baseline_model_id: Parameter[int]) -> None:
    """Bless a model that was compared with another one."""
    blessing.set_int_custom_property("blessed", 1)
    blessing.set_int_custom_property("baseline_model_id", baseline_model_id)


@component
def ReadBlessing(blessing: InputArtifact[ModelBlessing]) -> None:
    """Depend on a blessing."""
