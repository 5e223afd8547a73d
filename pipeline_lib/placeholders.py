"""Values that exist only during the run, under TFX's names: `placeholders.input("model")[0].uri`.

They are parts of a container's command, of conditions, and of other nodes' parameters.
"""

from pipeline_lib.dsl.artifact_placeholder import ArtifactPlaceholder as ArtifactPlaceholder
from pipeline_lib.dsl.artifact_placeholder import input as input
from pipeline_lib.dsl.artifact_placeholder import output as output
from pipeline_lib.dsl.placeholder import ListSerializationFormat as ListSerializationFormat
from pipeline_lib.dsl.placeholder import Predicate as Predicate
from pipeline_lib.dsl.placeholder import ProtoSerializationFormat as ProtoSerializationFormat
from pipeline_lib.dsl.placeholder import logical_and as logical_and
from pipeline_lib.dsl.placeholder import logical_not as logical_not
from pipeline_lib.dsl.placeholder import logical_or as logical_or
from pipeline_lib.dsl.placeholder_base import Placeholder as Placeholder
from pipeline_lib.dsl.placeholder_collections import ListPlaceholder as ListPlaceholder
from pipeline_lib.dsl.placeholder_collections import make_dict as make_dict
from pipeline_lib.dsl.placeholder_collections import make_list as make_list
from pipeline_lib.dsl.placeholder_collections import make_proto as make_proto
from pipeline_lib.dsl.placeholder_functions import dirname as dirname
from pipeline_lib.dsl.placeholder_functions import join as join
from pipeline_lib.dsl.placeholder_functions import join_path as join_path
from pipeline_lib.dsl.run_placeholder import environment_variable as environment_variable
from pipeline_lib.dsl.run_placeholder import exec_property as exec_property
from pipeline_lib.dsl.run_placeholder import execution_invocation as execution_invocation
from pipeline_lib.dsl.run_placeholder import runtime_info as runtime_info
