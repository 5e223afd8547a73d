"""What `with_kubernetes` takes: volumes, tolerations and affinity, under Kubernetes' own names.

from pipeline_lib import kubernetes

trainer.with_kubernetes(
    volumes=[kubernetes.PersistentVolumeClaim("datasets", "/data")],
    tolerations=[kubernetes.Toleration("nvidia.com/gpu", "Exists", effect="NoSchedule")],
)
"""

from pipeline_lib.ir.kubernetes import ConfigMapVariable as ConfigMapVariable
from pipeline_lib.ir.kubernetes import ConfigMapVolume as ConfigMapVolume
from pipeline_lib.ir.kubernetes import EmptyDir as EmptyDir
from pipeline_lib.ir.kubernetes import EphemeralVolume as EphemeralVolume
from pipeline_lib.ir.kubernetes import KubernetesOptions as KubernetesOptions
from pipeline_lib.ir.kubernetes import NodeAffinityTerm as NodeAffinityTerm
from pipeline_lib.ir.kubernetes import NodeSelectorRequirement as NodeSelectorRequirement
from pipeline_lib.ir.kubernetes import PersistentVolumeClaim as PersistentVolumeClaim
from pipeline_lib.ir.kubernetes import SecretVolume as SecretVolume
from pipeline_lib.ir.kubernetes import Toleration as Toleration
from pipeline_lib.ir.kubernetes import Volume as Volume
