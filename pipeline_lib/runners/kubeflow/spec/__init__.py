"""Lowers a pipeline to the document that Kubeflow Pipelines takes: a PipelineSpec and a platform.

`compile.compile_spec(pipeline: ir.Pipeline, settings: KubeflowSettings) -> KubeflowDocument`
    The whole document; `document.spec` and `document.platform` are plain dicts.
`document.to_yaml(document: KubeflowDocument) -> str`
    The two as YAML documents, the same bytes for the same pipeline.
`told.told_values(pipeline: ir.Pipeline, full_id: str) -> dict[str, Expression]`
    Output parameters that the step of a node writes once the node has ended, by name: each an
    expression over `OutputArtifacts`, to be evaluated with the outputs of the node's final record.
    Where it has no value (a node that was skipped or failed) the step writes the type's default.
`platform.platform_of(options: ir.NodeOptions, settings: KubeflowSettings) -> dict`
    Is asked for each container: of a node with its options, of `begin` and `end` with
    `ir.NodeOptions()`. The secret of the store is part of what it gives.
"""
