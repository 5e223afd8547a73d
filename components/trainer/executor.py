"""Does the work of `Trainer`: calls the user's `run_fn`."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any

from components.trainer.data_accessor import tf_example_accessor
from components.trainer.fn_args import FnArgs
from components.trainer.split_args import SplitArgs
from pipeline_lib.artifacts import files
from pipeline_lib.artifacts.artifact import Artifact
from pipeline_lib.artifacts.splits import get_single_uri, get_split_uris
from pipeline_lib.errors import DataError, UserModuleError
from pipeline_lib.execution.executor import BaseExecutor
from pipeline_lib.execution.user_module import user_function


class Executor(BaseExecutor):
    """Trains a model with the user's `run_fn`."""

    def Do(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """See `Trainer`.

        Raises:
            UserModuleError: the user's module or function cannot be had, or it saved no model.
            DataError: the examples lack a split, or the hyperparameters are not one file of JSON.
        """
        module_file, import_path = exec_properties.get("module_file"), exec_properties.get("run_fn")
        run_fn = user_function("run_fn", module_file=module_file, import_path=import_path)
        fn_args = self._fn_args(input_dict, output_dict, exec_properties)
        run_fn(fn_args)
        if not files.exists(fn_args.serving_model_dir):
            raise UserModuleError(
                f"The function 'run_fn' of {module_file or import_path!r} returned without saving "
                "a model. Save it in 'fn_args.serving_model_dir', for example with "
                "'tf.saved_model.save(model, fn_args.serving_model_dir)'."
            )

    def _fn_args(
        self,
        input_dict: dict[str, list[Artifact]],
        output_dict: dict[str, list[Artifact]],
        exec_properties: dict[str, Any],
    ) -> FnArgs:
        train = SplitArgs.from_parameter("train_args", exec_properties.get("train_args"), "train")
        evaluate = SplitArgs.from_parameter("eval_args", exec_properties.get("eval_args"), "eval")
        model_uri = get_single_uri(output_dict["model"])
        schema_path = _path_in(input_dict.get("schema"), "schema.pbtxt")
        transform_graph_path = _path_in(input_dict.get("transform_graph"))
        return FnArgs(
            working_dir=self._get_tmp_dir(),
            train_files=_file_patterns(input_dict["examples"], train.splits),
            eval_files=_file_patterns(input_dict["examples"], evaluate.splits),
            train_steps=train.num_steps,
            eval_steps=evaluate.num_steps,
            schema_path=schema_path,
            schema_file=schema_path,
            transform_graph_path=transform_graph_path,
            transform_output=transform_graph_path,
            data_accessor=tf_example_accessor(),
            serving_model_dir=os.path.join(model_uri, "Format-Serving"),
            eval_model_dir=os.path.join(model_uri, "Format-TFMA"),
            model_run_dir=get_single_uri(output_dict["model_run"]),
            base_model=_path_in(input_dict.get("base_model"), "Format-Serving"),
            hyperparameters=_hyperparameters(input_dict.get("hyperparameters")),
            custom_config=exec_properties.get("custom_config"),
        )


def _file_patterns(examples: Sequence[Artifact], splits: Sequence[str]) -> list[str]:
    return [os.path.join(uri, "*") for split in splits for uri in get_split_uris(examples, split)]


def _path_in(artifacts: Sequence[Artifact] | None, *names: str) -> str | None:
    """A path in the one artifact; `None` where the optional input is absent."""
    return os.path.join(get_single_uri(artifacts), *names) if artifacts else None


def _hyperparameters(artifacts: Sequence[Artifact] | None) -> dict[str, Any] | None:
    if not artifacts:
        return None
    path = os.path.join(get_single_uri(artifacts), "best_hyperparameters.txt")
    try:
        values = json.loads(files.read_bytes(path))
    except (OSError, ValueError) as error:
        raise DataError(
            f"Hyperparameters cannot be read from {path!r}: expected a JSON object in this file. "
            f"{type(error).__name__}: {error}"
        ) from error
    return dict(values)
