"""The platform document: what the Pods of a pipeline have, in Kubeflow Pipelines' words.

`executor.platform_of(options: ir.NodeOptions, settings: KubeflowSettings) -> dict`
    Of one container; it belongs into `platforms.kubernetes.deploymentSpec.executors` under the
    executor's label, or nowhere where it is empty.
"""
