"""The nodes that TFX puts before and after those of a sub-pipeline.

They hand on what it reads and what it gives. Ours names both at the node that holds the others.
"""

from __future__ import annotations

from tfx.dsl.compiler import constants

BEGIN: str = constants.PIPELINE_BEGIN_NODE_SUFFIX
END: str = constants.PIPELINE_END_NODE_SUFFIX
