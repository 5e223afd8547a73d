"""`tfx.dsl.compiler.compiler`: a pipeline in, its intermediate representation out."""

from __future__ import annotations

from pipeline_lib import ir
from pipeline_lib.compiler.compile import compile as compile_pipeline
from pipeline_lib.dsl.pipeline import Pipeline


class Compiler:
    """`pipeline_lib.compile` as a method, for `LocalDagRunner().run_with_ir(...)`.

    What it gives is this library's representation, not TFX's.
    """

    def compile(self, tfx_pipeline: Pipeline) -> ir.Pipeline:
        """Compile a pipeline.

        Raises:
            PipelineLibError: as `pipeline_lib.compile`.
        """
        return compile_pipeline(tfx_pipeline)
