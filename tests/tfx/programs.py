"""Programs written for TFX, as its users have them: nothing in them names this library."""

from __future__ import annotations

STANDARD = '''
"""A pipeline of standard components and of the user's own, run as a program."""

import os
import sys

import absl
from tfx import v1 as tfx
from tfx.components import CsvExampleGen, StatisticsGen
from tfx.dsl.component.experimental.annotations import InputArtifact, OutputDict, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.orchestration import metadata, pipeline
from tfx.orchestration.local.local_dag_runner import LocalDagRunner
from tfx.proto import example_gen_pb2
from tfx.types import standard_artifacts

from copying.component import CopyComponent


@component
def CountSplits(
    statistics: InputArtifact[standard_artifacts.ExampleStatistics],
    prefix: Parameter[str] = 'Split-',
) -> OutputDict(splits=int):
  from tfx.dsl.io import fileio  # in the worker
  names = fileio.listdir(statistics.uri)
  return {'splits': sum(name.startswith(prefix) for name in names)}


def _create_pipeline(folder):
  example_gen = CsvExampleGen(
      input_base=os.path.join(os.path.dirname(os.path.abspath(__file__)), 'data'),
      output_config=example_gen_pb2.Output(
          split_config=example_gen_pb2.SplitConfig(splits=[
              example_gen_pb2.SplitConfig.Split(name='train', hash_buckets=3),
              example_gen_pb2.SplitConfig.Split(name='eval', hash_buckets=1),
          ])))
  copied = CopyComponent(input_data=example_gen.outputs['examples'], name='copy')
  statistics_gen = StatisticsGen(examples=copied.outputs['output_data'])
  schema_gen = tfx.components.SchemaGen(
      statistics=statistics_gen.outputs['statistics'], infer_feature_shape=True)
  count = CountSplits(statistics=statistics_gen.outputs['statistics'])
  return pipeline.Pipeline(
      pipeline_name='standard',
      pipeline_root=os.path.join(folder, 'root'),
      components=[example_gen, copied, statistics_gen, schema_gen, count],
      enable_cache=True,
      metadata_connection_config=metadata.sqlite_metadata_connection_config(
          os.path.join(folder, 'metadata', 'metadata.db')),
      beam_pipeline_args=None)


if __name__ == '__main__':
  absl.logging.set_verbosity(absl.logging.ERROR)
  print('TFX version:', tfx.__version__)
  print('arguments:', sys.argv[1:])
  LocalDagRunner().run(_create_pipeline(os.getcwd()))
  print('the program goes on')
'''

COPY_COMPONENT = """
from typing import Optional

from tfx import types
from tfx.dsl.components.base import base_component
from tfx.dsl.components.base import executor_spec
from tfx.types import channel_utils
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter
from tfx.types.component_spec import ExecutionParameter

from copying import executor


class CopySpec(types.ComponentSpec):
  PARAMETERS = {'name': ExecutionParameter(type=str)}
  INPUTS = {'input_data': ChannelParameter(type=standard_artifacts.Examples)}
  OUTPUTS = {'output_data': ChannelParameter(type=standard_artifacts.Examples)}


class CopyComponent(base_component.BaseComponent):
  SPEC_CLASS = CopySpec
  EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(executor.Executor)

  def __init__(self, input_data: types.Channel, output_data: Optional[types.Channel] = None,
               name: Optional[str] = None):
    output_data = output_data or channel_utils.as_channel([standard_artifacts.Examples()])
    super().__init__(spec=CopySpec(input_data=input_data, output_data=output_data, name=name))
"""

COPY_EXECUTOR = """
from typing import Any, Dict, List

from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils
from tfx.utils import io_utils


class Executor(base_executor.BaseExecutor):

  def Do(self, input_dict: Dict[str, List[types.Artifact]],
         output_dict: Dict[str, List[types.Artifact]],
         exec_properties: Dict[str, Any]) -> None:
    self._log_startup(input_dict, output_dict, exec_properties)
    source = artifact_utils.get_single_instance(input_dict['input_data'])
    copied = artifact_utils.get_single_instance(output_dict['output_data'])
    copied.split_names = source.split_names
    for split in artifact_utils.decode_split_names(source.split_names):
      io_utils.copy_dir(artifact_utils.get_split_uri([source], split),
                        artifact_utils.get_split_uri([copied], split))
"""

FUNCTIONS = """
import sys

import tfx.v1 as tfx
from tfx.v1.orchestration import LocalDagRunner


@tfx.dsl.components.component
def Divide(by: tfx.dsl.components.Parameter[int]) -> tfx.dsl.components.OutputDict(result=float):
  return {'result': 12 / by}


def create_pipeline() -> tfx.dsl.Pipeline:
  by = tfx.dsl.experimental.RuntimeParameter(name='by', ptype=int, default=4)
  return tfx.dsl.Pipeline(pipeline_name='functions', pipeline_root='root',
                          components=[Divide(by=by)])
"""

MAIN = """

if __name__ == '__main__':
  LocalDagRunner().run(create_pipeline())
"""
