"""Lowers a pipeline to the document that Kubeflow Pipelines takes: a PipelineSpec and a platform.

`compile_spec.compile_spec` makes it. What the steps that run in the
containers share with it: `packing` (how the compiled pipeline gets there), `told` and `conditions`
(what they tell for the conditions of others), `commands` (the command of a container component).
"""
