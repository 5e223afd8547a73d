"""TFX's `KubeflowV2DagRunner`: writes what `KubeflowRunner` compiles, with TFX's call form."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pipeline_lib import ir
from pipeline_lib.compiler.compile import compile
from pipeline_lib.dsl.node import BaseNode
from pipeline_lib.dsl.pipeline import Pipeline
from pipeline_lib.errors import UnsupportedError
from pipeline_lib.ir.expressions import Literal
from pipeline_lib.node.parameter_values import runtime_parameters
from pipeline_lib.runners.asked_file import writing_to
from pipeline_lib.runners.kubeflow.runner import KubeflowRunner
from pipeline_lib.runners.kubeflow.spec.document import KubeflowDocument
from pipeline_lib.tfx.orchestration.exit_handlers import sole_handler, with_exit_handler

_IMAGE_VARIABLE, _SECRET_VARIABLE = "PLIB_IMAGE", "PLIB_STORE_SECRET"
_USUAL_IMAGE = "default_image_path"
"""TFX's key of the image of nodes that the map of images does not name."""

_YAML = (".yaml", ".yml")


class KubeflowV2DagRunnerConfig:
    """How a pipeline runs on a cluster.

    Args:
        display_name: without effect: the pipeline's name is shown.
        default_image: container image of nodes that name none, or images by node id, with that of
            all others at `"default_image_path"`; by default what `PLIB_IMAGE` names.
        default_commands: not taken.
        use_pipeline_spec_2_1: without effect: it always is 2.1.
        store_secret: this library's: name of a Kubernetes secret and the key at which it holds the
            URL of the metadata store; by default what `PLIB_STORE_SECRET` names, as `SECRET/KEY`,
            else the pipeline's store is used.
        **kwargs: not taken.

    Raises:
        UnsupportedError: something is given that is not taken.
    """

    def __init__(
        self,
        display_name: str | None = None,
        default_image: str | Mapping[str, str] | None = None,
        default_commands: Sequence[str] | None = None,
        use_pipeline_spec_2_1: bool = True,
        *,
        store_secret: tuple[str, str] | None = None,
        **kwargs: Any,
    ) -> None:
        refused = [*(["default_commands"] if default_commands is not None else []), *kwargs]
        if refused:
            raise UnsupportedError(
                f"KubeflowV2DagRunnerConfig({refused[0]}=...): containers run this library's own "
                "command. Leave it out."
            )
        self.display_name = display_name
        self.default_image = default_image or os.environ.get(_IMAGE_VARIABLE, "")
        self.store_secret = store_secret or _secret(os.environ.get(_SECRET_VARIABLE, ""))


class KubeflowV2DagRunner:
    """Compiles a pipeline for Kubeflow Pipelines, to a file. `KubeflowRunner` also runs it.

    Args:
        config: how it runs there.
        output_dir: folder of the file; by default the working directory.
        output_filename: its name; by default `pipeline.json`. Kubeflow's own client takes YAML:
            give a name that ends with `.yaml`.
    """

    def __init__(
        self,
        config: KubeflowV2DagRunnerConfig,
        output_dir: str | os.PathLike[str] | None = None,
        output_filename: str | None = None,
    ) -> None:
        self._config = config
        self._file = Path(output_dir or os.getcwd(), output_filename or "pipeline.json")
        self._exit_handler: BaseNode | None = None

    def set_exit_handler(self, exit_handler: BaseNode | Sequence[BaseNode]) -> None:
        """Run a node when all others have ended, however they did.

        Raises:
            UnsupportedError: it is more than one node.
        """
        self._exit_handler = sole_handler("KubeflowV2DagRunner", exit_handler)

    def run(
        self,
        pipeline: Pipeline,
        parameter_values: Mapping[str, Any] | None = None,
        write_out: bool = True,
    ) -> dict[str, Any]:
        """Compile a pipeline, and write the file. Nothing is run, as in TFX.

        Args:
            pipeline: what to compile.
            parameter_values: values of runtime parameters, which become their defaults.
            write_out: whether to write the file.

        Returns:
            The `PipelineSpec` at `pipeline_spec`, and the `PlatformSpec` at `platform_spec` if
            there is one.

        Raises:
            AuthoringError, InvalidPipelineError: the pipeline cannot run there.
            PipelineLibError: the file cannot be written.
        """
        config, images = self._config, self._config.default_image
        chosen = {} if isinstance(images, str) else images
        usual = images if isinstance(images, str) else images.get(_USUAL_IMAGE, "")
        complete = with_exit_handler(pipeline, self._exit_handler)
        compiled = _with_images(_with_values(compile(complete), parameter_values or {}), chosen)
        store: Any = pipeline.metadata_connection_config
        runner = KubeflowRunner(
            usual, store_secret=config.store_secret, metadata_connection_config=store
        )
        document = runner.compile(compiled)
        if write_out:
            _write(self._file, document)
        return _as_one(document)


def _secret(text: str) -> tuple[str, str] | None:
    secret, _, key = text.partition("/")
    return (secret, key) if secret and key else None


def _with_values(pipeline: ir.Pipeline, values: Mapping[str, Any]) -> ir.Pipeline:
    """The pipeline with values as defaults of its runtime parameters."""
    if not values:
        return pipeline
    defaults = {one.name: one.default for one in pipeline.runtime_parameters}
    given = {name: values.get(name, default) for name, default in defaults.items()}
    checked = runtime_parameters(pipeline, {**given, **values})
    declared = tuple(
        replace(one, default=Literal(checked[one.name])) if one.name in values else one
        for one in pipeline.runtime_parameters
    )
    return replace(pipeline, runtime_parameters=declared)


def _with_images(pipeline: ir.Pipeline, images: Mapping[str, str]) -> ir.Pipeline:
    """The pipeline whose nodes run in the images that are named for them."""
    nodes = tuple(
        replace(node, options=replace(node.options, image=images[node.id]))
        if node.id in images
        else node
        for node in pipeline.nodes
    )
    return replace(pipeline, nodes=nodes)


def _write(file: Path, document: KubeflowDocument) -> None:
    if file.suffix in _YAML:
        text = document.to_yaml()
    else:
        text = json.dumps(_as_one(document), indent=2, sort_keys=True) + "\n"
    with writing_to(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


def _as_one(document: KubeflowDocument) -> dict[str, Any]:
    """Both parts side by side, as Kubeflow's API gives and takes them."""
    parts = {"pipeline_spec": dict(document.spec)}
    if document.platform:
        parts["platform_spec"] = dict(document.platform)
    return parts
