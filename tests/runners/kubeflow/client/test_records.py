from __future__ import annotations

import pytest

from pipeline_lib.runners.kubeflow.client.records import RUN_STATES, TASK_STATES

kfp_server_api = pytest.importorskip("kfp_server_api", reason="kfp is not installed")


def test_every_word_of_kubeflows_has_one_of_ours() -> None:
    words = set(kfp_server_api.V2beta1RuntimeState.allowable_values)
    assert set(RUN_STATES) == words
    assert words - set(TASK_STATES) == {"RUNTIME_STATE_UNSPECIFIED", "PENDING"}
