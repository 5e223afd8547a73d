"""The lines of the page that Prometheus reads, as TensorFlow Serving writes them.

Source: tensorflow_serving/util/prometheus_exporter.cc.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from prometheus_client.metrics_core import Metric


def text_lines(metrics: Iterable[Metric], labels_of: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Metrics as Prometheus reads them, sorted by name.

    Args:
        metrics: what was counted and timed.
        labels_of: names of the labels of each metric, by its name as it was declared; others are
            left out.
    """
    # prometheus_client keeps a counter's name without `_total`, and writes it with; TensorFlow
    # Serving writes a name as it was declared.
    declared = {name.removesuffix("_total"): name for name in labels_of}
    ours = [metric for metric in metrics if metric.name in declared]
    for metric in sorted(ours, key=lambda one: declared[one.name]):
        name = declared[metric.name]
        yield f"# TYPE {name} {metric.type}"
        for sample in metric.samples:
            if sample.name.endswith("_created"):
                continue
            bare = name if metric.type == "counter" else sample.name
            labels = [f'{one}="{_escaped(sample.labels[one])}"' for one in labels_of[name]]
            if "le" in sample.labels:
                labels.append(f'le="{_bound(sample.labels["le"])}"')
            yield f"{bare}{{{','.join(labels)}}} {sample.value:.15g}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _bound(text: str) -> str:
    return text if text == "+Inf" else f"{float(text):g}"
