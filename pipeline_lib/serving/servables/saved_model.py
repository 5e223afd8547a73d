"""TensorFlow's SavedModels: loaded into a session and called by callables made once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.protobuf import config_pb2, meta_graph_pb2

from pipeline_lib.serving.servables.checkpoint_index import check_index_footer
from pipeline_lib.serving.servables.loader import Array, Servable, Signature, TensorSpec
from pipeline_lib.serving.servables.regular_files import check_regular_files
from pipeline_lib.serving.servables.tensorflow_errors import call_error, load_error

_IN_THE_CALLERS_THREAD = -1
# A client may ask for any subset of the outputs, and each subset costs memory.
_MOST_CALLABLES = 64

_Callable = tuple[Callable[..., list[Any]], tuple[str, ...], tuple[str, ...]]


class SavedModel:
    """A SavedModel in a session of its own; a `Servable`.

    Args:
        session: holds the variables; closed with the servable.
        meta_graph: what was loaded into it.
        inter_op_thread_pool: of `tf.RunOptions`; -1 runs a call in its caller's thread.
    """

    def __init__(
        self, session: Any, meta_graph: meta_graph_pb2.MetaGraphDef, inter_op_thread_pool: int
    ) -> None:
        self._session = session
        self._definitions = dict(meta_graph.signature_def)
        self._signatures = {name: _signature(d) for name, d in self._definitions.items()}
        self._inter_op_thread_pool = inter_op_thread_pool
        self._callable = functools.lru_cache(_MOST_CALLABLES)(self._make_callable)

    @property
    def signatures(self) -> Mapping[str, Signature]:
        """The ways to call it, by name."""
        return self._signatures

    def run(
        self, signature_name: str, inputs: Mapping[str, Array], outputs: Sequence[str] = ()
    ) -> dict[str, Array]:
        """Call a signature.

        Args:
            signature_name: one of `signatures`.
            inputs: all inputs of that signature, with its types.
            outputs: names of the outputs that are wanted; all where it is empty.

        Returns:
            The wanted outputs by name; strings as arrays of `object` holding `bytes`.

        Raises:
            ServingError: the model failed; TensorFlow's code and text.
        """
        try:
            call, feeds, fetches = self._callable(signature_name, tuple(outputs))
            values = call(*[inputs[name] for name in feeds])
        except Exception as error:
            raise call_error(error) from error
        return {
            name: value if type(value) is np.ndarray else _scalar(value)
            for name, value in zip(fetches, values, strict=True)
        }

    def close(self) -> None:
        """Free the session and what it holds."""
        self._callable.cache_clear()
        self._session.close()
        self._session = None

    def _make_callable(self, signature_name: str, outputs: tuple[str, ...]) -> _Callable:
        definition = self._definitions[signature_name]
        feeds = tuple(sorted(definition.inputs))
        fetches = outputs or tuple(sorted(definition.outputs))
        options = config_pb2.CallableOptions()
        options.feed.extend(definition.inputs[name].name for name in feeds)
        options.fetch.extend(definition.outputs[name].name for name in fetches)
        options.run_options.inter_op_thread_pool = self._inter_op_thread_pool
        # Private, and the way that Keras takes too: `Session.run` costs 40 us a call, this 5.
        return self._session._make_callable_from_options(options), feeds, fetches


class SavedModelLoader:
    """Loads SavedModels of TensorFlow 1 and 2, as TensorFlow Serving does; a `Loader`.

    Args:
        tags: tags of the graph to load, all of them.
        intra_op_parallelism: threads that one operation may use; 0 lets TensorFlow choose.
        inter_op_parallelism: threads for operations of one call that can run at the same time; with
            0 a call runs in its caller's thread, which for small models is many times faster.
        warm_up: called with each servable and its directory before the version counts as loaded.
    """

    def __init__(
        self,
        tags: Sequence[str] = ("serve",),
        *,
        intra_op_parallelism: int = 0,
        inter_op_parallelism: int = 0,
        warm_up: Callable[[Servable, str], None] | None = None,
    ) -> None:
        self._tags = tuple(tags)
        self._config = config_pb2.ConfigProto(
            allow_soft_placement=True,
            intra_op_parallelism_threads=intra_op_parallelism,
            inter_op_parallelism_threads=inter_op_parallelism,
        )
        self._inter_op_thread_pool = 0 if inter_op_parallelism else _IN_THE_CALLERS_THREAD
        self._warm_up = warm_up

    def load(self, path: str) -> SavedModel:
        """Load the SavedModel at `path`.

        Raises:
            ServingError: it is not there, damaged, without these tags, or its warm-up fails.
        """
        check_regular_files(path)
        check_index_footer(path)
        graph = tf.Graph()
        session = tf.compat.v1.Session(graph=graph, config=self._config)
        try:
            with graph.as_default():
                meta_graph = tf.compat.v1.saved_model.load(session, self._tags, path)
            servable = SavedModel(session, meta_graph, self._inter_op_thread_pool)
            if self._warm_up is not None:
                self._warm_up(servable, path)
        except Exception as error:
            session.close()
            raise load_error(error, path, self._tags) from error
        return servable


def _signature(definition: meta_graph_pb2.SignatureDef) -> Signature:
    return Signature(
        definition.method_name,
        {name: _tensor_spec(info) for name, info in definition.inputs.items()},
        {name: _tensor_spec(info) for name, info in definition.outputs.items()},
        {name: tf.make_ndarray(value) for name, value in definition.defaults.items()},
    )


def _tensor_spec(info: meta_graph_pb2.TensorInfo) -> TensorSpec:
    shape = info.tensor_shape
    sizes = None if shape.unknown_rank else tuple(dimension.size for dimension in shape.dim)
    return TensorSpec(info.name, info.dtype, sizes)


def _scalar(value: Any) -> Array:
    """TensorFlow gives a tensor without dimensions as a number or as `bytes`."""
    return np.array(value, dtype=object if isinstance(value, bytes) else None)
