"""The decision what to do next, for every mix of versions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline_lib.serving.servables.availability import (
    Load,
    Stage,
    Unload,
    VersionView,
    next_action,
)

VERSIONS = st.lists(
    st.builds(VersionView, st.integers(0, 9), st.sampled_from(Stage), st.booleans()),
    unique_by=lambda version: version.number,
)


@given(VERSIONS)
def test_a_served_model_stays_served(versions: list[VersionView]) -> None:
    """The last version that is ready goes only where none is wanted."""
    action = next_action(versions)
    ready = {version.number for version in versions if version.stage is Stage.READY}
    if isinstance(action, Unload):
        assert action.number in ready
        assert ready - {action.number} or not any(version.aspired for version in versions)


@given(VERSIONS)
def test_what_is_wanted_is_loaded_and_what_is_not_is_unloaded_in_the_end(
    versions: list[VersionView],
) -> None:
    """Doing what it says, one thing after the other, ends with the wanted versions ready."""
    state = {version.number: version for version in versions if version.stage is not Stage.BUSY}
    aspired = {number for number, version in state.items() if version.aspired}
    while action := next_action(state.values()):
        if isinstance(action, Load):
            assert action.number == max(n for n in aspired if state[n].stage is Stage.NEW), (
                "the highest is loaded first"
            )
            state[action.number] = VersionView(action.number, Stage.READY, aspired=True)
        else:
            del state[action.number]
    ready = {number for number, version in state.items() if version.stage is Stage.READY}
    assert ready == aspired
