"""The page of metrics, and what several processes put together on one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("prometheus_client")

from pipeline_lib.serving.errors import StatusCode
from pipeline_lib.serving.monitoring import MOST_NAMES, Metrics


def values(page: bytes) -> dict[str, str]:
    lines = [line for line in page.decode().splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: line.rpartition(" ")[2] for line in lines}


def test_an_empty_page_names_every_metric() -> None:
    assert Metrics().page().decode().splitlines() == [
        "# TYPE :tensorflow:cc:saved_model:load_attempt_count counter",
        "# TYPE :tensorflow:cc:saved_model:load_latency counter",
        "# TYPE :tensorflow:serving:batching_session:queuing_latency histogram",
        "# TYPE :tensorflow:serving:batching_session:wrapped_run_count counter",
        ":tensorflow:serving:batching_session:wrapped_run_count{} 0",
        "# TYPE :tensorflow:serving:model_warmup_latency histogram",
        "# TYPE :tensorflow:serving:request_count counter",
        "# TYPE :tensorflow:serving:request_example_count_total counter",
        "# TYPE :tensorflow:serving:request_example_counts histogram",
        "# TYPE :tensorflow:serving:request_latency histogram",
        "# TYPE :tensorflow:serving:runtime_latency histogram",
    ]


def test_requests() -> None:
    metrics = Metrics()
    metrics.request("m", "predict", "REST", StatusCode.OK, 0.000_02)
    metrics.request("m", "predict", "REST", StatusCode.OK, 0.5)
    metrics.request("m", "Predict", "GRPC", StatusCode.NOT_FOUND, 0.5)
    found = values(metrics.page())
    assert found[':tensorflow:serving:request_count{model_name="m",status="OK"}'] == "2"
    assert found[':tensorflow:serving:request_count{model_name="m",status="NOT_FOUND"}'] == "1"
    name, labels = (
        ":tensorflow:serving:request_latency",
        'model_name="m",API="predict",entrypoint="REST"',
    )
    assert found[f'{name}_bucket{{{labels},le="10"}}'] == "0"
    assert found[f'{name}_bucket{{{labels},le="32.4"}}'] == "1"
    assert found[f'{name}_bucket{{{labels},le="708235"}}'] == "2"
    assert found[f'{name}_bucket{{{labels},le="+Inf"}}'] == "2"
    assert found[f"{name}_sum{{{labels}}}"] == "500020"
    assert found[f"{name}_count{{{labels}}}"] == "2"
    assert not [one for one in found if one.startswith(name) and "GRPC" in one]


def test_everything_else() -> None:
    metrics = Metrics()
    metrics.load('/models/"m"/1', succeeded=True, seconds=1.5)
    metrics.load("/models/m/2", succeeded=False, seconds=1.5)
    metrics.warmup("/models/m/1", StatusCode.OK, 0.25)
    metrics.runtime("m", "Predict", 0.000_1)
    metrics.runtime("m", "Predict", 0.000_1)
    metrics.examples("m", 3)
    metrics.queued("m", 0.001)
    metrics.batch()
    found = values(metrics.page())
    attempts = ":tensorflow:cc:saved_model:load_attempt_count"
    assert found[f'{attempts}{{model_path="/models/\\"m\\"/1",status="success"}}'] == "1"
    assert found[f'{attempts}{{model_path="/models/m/2",status="fail"}}'] == "1"
    latency = ":tensorflow:cc:saved_model:load_latency"
    assert found[f'{latency}{{model_path="/models/\\"m\\"/1"}}'] == "1500000"
    serving = ":tensorflow:serving:"
    warm = 'model_path="/models/m/1",status="OK"'
    assert found[f"{serving}model_warmup_latency_sum{{{warm}}}"] == "250000"
    run = 'model_name="m",API="Predict",runtime="TF1"'
    assert found[f"{serving}runtime_latency_count{{{run}}}"] == "2"
    assert found[f'{serving}request_example_count_total{{model="m"}}'] == "3"
    assert found[f'{serving}request_example_counts_bucket{{model="m",le="4"}}'] == "1"
    queued = 'thread_pool_name="m"'
    assert found[f"{serving}batching_session:queuing_latency_sum{{{queued}}}"] == "1000"
    assert found[f"{serving}batching_session:wrapped_run_count{{}}"] == "1"


def test_invented_names_do_not_fill_the_memory() -> None:
    metrics = Metrics()
    for number in range(MOST_NAMES + 5):
        metrics.request(f"m{number}", "predict", "REST", StatusCode.NOT_FOUND, 0.1)
    metrics.request("n" * 300, "predict", "REST", StatusCode.NOT_FOUND, 0.1)
    found = values(metrics.page())
    counted = [name for name in found if name.startswith(":tensorflow:serving:request_count")]
    assert len(counted) == MOST_NAMES + 1
    assert found[':tensorflow:serving:request_count{model_name="",status="NOT_FOUND"}'] == "6"


def test_processes_that_share_a_directory(tmp_path: Path) -> None:
    program = (
        "from pipeline_lib.serving.monitoring import Metrics\n"
        "from pipeline_lib.serving.errors import StatusCode\n"
        "metrics = Metrics()\n"
        "metrics.request('m', 'predict', 'REST', StatusCode.OK, 0.001)\n"
        "metrics.examples('m', 2)\n"
        "print(metrics.page().decode())\n"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    pages = [
        subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, check=True
        ).stdout
        for _ in range(2)
    ]
    found = values(pages[1])
    assert found[':tensorflow:serving:request_count{model_name="m",status="OK"}'] == "2"
    labels = 'model_name="m",API="predict",entrypoint="REST"'
    assert found[f":tensorflow:serving:request_latency_count{{{labels}}}"] == "2"
    assert found[f":tensorflow:serving:request_latency_sum{{{labels}}}"] == "2000"
    assert found[f':tensorflow:serving:request_latency_bucket{{{labels},le="1102"}}'] == "2"
    assert found[':tensorflow:serving:request_example_count_total{model="m"}'] == "4"
