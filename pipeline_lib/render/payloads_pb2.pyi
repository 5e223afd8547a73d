from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BytesList(_message.Message):
    __slots__ = ("value",)
    VALUE_FIELD_NUMBER: _ClassVar[int]
    value: _containers.RepeatedScalarFieldContainer[bytes]
    def __init__(self, value: _Optional[_Iterable[bytes]] = ...) -> None: ...

class FloatList(_message.Message):
    __slots__ = ("value",)
    VALUE_FIELD_NUMBER: _ClassVar[int]
    value: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, value: _Optional[_Iterable[float]] = ...) -> None: ...

class Int64List(_message.Message):
    __slots__ = ("value",)
    VALUE_FIELD_NUMBER: _ClassVar[int]
    value: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, value: _Optional[_Iterable[int]] = ...) -> None: ...

class Feature(_message.Message):
    __slots__ = ("bytes_list", "float_list", "int64_list")
    BYTES_LIST_FIELD_NUMBER: _ClassVar[int]
    FLOAT_LIST_FIELD_NUMBER: _ClassVar[int]
    INT64_LIST_FIELD_NUMBER: _ClassVar[int]
    bytes_list: BytesList
    float_list: FloatList
    int64_list: Int64List
    def __init__(self, bytes_list: _Optional[_Union[BytesList, _Mapping]] = ..., float_list: _Optional[_Union[FloatList, _Mapping]] = ..., int64_list: _Optional[_Union[Int64List, _Mapping]] = ...) -> None: ...

class Features(_message.Message):
    __slots__ = ("feature",)
    class FeatureEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Feature
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Feature, _Mapping]] = ...) -> None: ...
    FEATURE_FIELD_NUMBER: _ClassVar[int]
    feature: _containers.MessageMap[str, Feature]
    def __init__(self, feature: _Optional[_Mapping[str, Feature]] = ...) -> None: ...

class Example(_message.Message):
    __slots__ = ("features",)
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    features: Features
    def __init__(self, features: _Optional[_Union[Features, _Mapping]] = ...) -> None: ...

class TensorShape(_message.Message):
    __slots__ = ("dim", "unknown_rank")
    class Dim(_message.Message):
        __slots__ = ("size",)
        SIZE_FIELD_NUMBER: _ClassVar[int]
        size: int
        def __init__(self, size: _Optional[int] = ...) -> None: ...
    DIM_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_RANK_FIELD_NUMBER: _ClassVar[int]
    dim: _containers.RepeatedCompositeFieldContainer[TensorShape.Dim]
    unknown_rank: bool
    def __init__(self, dim: _Optional[_Iterable[_Union[TensorShape.Dim, _Mapping]]] = ..., unknown_rank: bool = ...) -> None: ...

class TensorInfo(_message.Message):
    __slots__ = ("dtype", "tensor_shape")
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    TENSOR_SHAPE_FIELD_NUMBER: _ClassVar[int]
    dtype: int
    tensor_shape: TensorShape
    def __init__(self, dtype: _Optional[int] = ..., tensor_shape: _Optional[_Union[TensorShape, _Mapping]] = ...) -> None: ...

class SignatureDef(_message.Message):
    __slots__ = ("inputs", "outputs", "method_name")
    class InputsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: TensorInfo
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[TensorInfo, _Mapping]] = ...) -> None: ...
    class OutputsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: TensorInfo
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[TensorInfo, _Mapping]] = ...) -> None: ...
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    METHOD_NAME_FIELD_NUMBER: _ClassVar[int]
    inputs: _containers.MessageMap[str, TensorInfo]
    outputs: _containers.MessageMap[str, TensorInfo]
    method_name: str
    def __init__(self, inputs: _Optional[_Mapping[str, TensorInfo]] = ..., outputs: _Optional[_Mapping[str, TensorInfo]] = ..., method_name: _Optional[str] = ...) -> None: ...

class MetaGraph(_message.Message):
    __slots__ = ("meta_info_def", "signature_def")
    class Info(_message.Message):
        __slots__ = ("tags", "tensorflow_version")
        TAGS_FIELD_NUMBER: _ClassVar[int]
        TENSORFLOW_VERSION_FIELD_NUMBER: _ClassVar[int]
        tags: _containers.RepeatedScalarFieldContainer[str]
        tensorflow_version: str
        def __init__(self, tags: _Optional[_Iterable[str]] = ..., tensorflow_version: _Optional[str] = ...) -> None: ...
    class SignatureDefEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: SignatureDef
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[SignatureDef, _Mapping]] = ...) -> None: ...
    META_INFO_DEF_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_DEF_FIELD_NUMBER: _ClassVar[int]
    meta_info_def: MetaGraph.Info
    signature_def: _containers.MessageMap[str, SignatureDef]
    def __init__(self, meta_info_def: _Optional[_Union[MetaGraph.Info, _Mapping]] = ..., signature_def: _Optional[_Mapping[str, SignatureDef]] = ...) -> None: ...

class SavedModel(_message.Message):
    __slots__ = ("meta_graphs",)
    META_GRAPHS_FIELD_NUMBER: _ClassVar[int]
    meta_graphs: _containers.RepeatedCompositeFieldContainer[MetaGraph]
    def __init__(self, meta_graphs: _Optional[_Iterable[_Union[MetaGraph, _Mapping]]] = ...) -> None: ...

class Tensor(_message.Message):
    __slots__ = ("dtype", "tensor_shape", "tensor_content", "float_val", "double_val", "int_val", "string_val", "int64_val", "bool_val")
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    TENSOR_SHAPE_FIELD_NUMBER: _ClassVar[int]
    TENSOR_CONTENT_FIELD_NUMBER: _ClassVar[int]
    FLOAT_VAL_FIELD_NUMBER: _ClassVar[int]
    DOUBLE_VAL_FIELD_NUMBER: _ClassVar[int]
    INT_VAL_FIELD_NUMBER: _ClassVar[int]
    STRING_VAL_FIELD_NUMBER: _ClassVar[int]
    INT64_VAL_FIELD_NUMBER: _ClassVar[int]
    BOOL_VAL_FIELD_NUMBER: _ClassVar[int]
    dtype: int
    tensor_shape: TensorShape
    tensor_content: bytes
    float_val: _containers.RepeatedScalarFieldContainer[float]
    double_val: _containers.RepeatedScalarFieldContainer[float]
    int_val: _containers.RepeatedScalarFieldContainer[int]
    string_val: _containers.RepeatedScalarFieldContainer[bytes]
    int64_val: _containers.RepeatedScalarFieldContainer[int]
    bool_val: _containers.RepeatedScalarFieldContainer[bool]
    def __init__(self, dtype: _Optional[int] = ..., tensor_shape: _Optional[_Union[TensorShape, _Mapping]] = ..., tensor_content: _Optional[bytes] = ..., float_val: _Optional[_Iterable[float]] = ..., double_val: _Optional[_Iterable[float]] = ..., int_val: _Optional[_Iterable[int]] = ..., string_val: _Optional[_Iterable[bytes]] = ..., int64_val: _Optional[_Iterable[int]] = ..., bool_val: _Optional[_Iterable[bool]] = ...) -> None: ...

class Summary(_message.Message):
    __slots__ = ("value",)
    class Metadata(_message.Message):
        __slots__ = ("plugin_data",)
        class PluginData(_message.Message):
            __slots__ = ("plugin_name",)
            PLUGIN_NAME_FIELD_NUMBER: _ClassVar[int]
            plugin_name: str
            def __init__(self, plugin_name: _Optional[str] = ...) -> None: ...
        PLUGIN_DATA_FIELD_NUMBER: _ClassVar[int]
        plugin_data: Summary.Metadata.PluginData
        def __init__(self, plugin_data: _Optional[_Union[Summary.Metadata.PluginData, _Mapping]] = ...) -> None: ...
    class Value(_message.Message):
        __slots__ = ("tag", "simple_value", "tensor", "metadata")
        TAG_FIELD_NUMBER: _ClassVar[int]
        SIMPLE_VALUE_FIELD_NUMBER: _ClassVar[int]
        TENSOR_FIELD_NUMBER: _ClassVar[int]
        METADATA_FIELD_NUMBER: _ClassVar[int]
        tag: str
        simple_value: float
        tensor: Tensor
        metadata: Summary.Metadata
        def __init__(self, tag: _Optional[str] = ..., simple_value: _Optional[float] = ..., tensor: _Optional[_Union[Tensor, _Mapping]] = ..., metadata: _Optional[_Union[Summary.Metadata, _Mapping]] = ...) -> None: ...
    VALUE_FIELD_NUMBER: _ClassVar[int]
    value: _containers.RepeatedCompositeFieldContainer[Summary.Value]
    def __init__(self, value: _Optional[_Iterable[_Union[Summary.Value, _Mapping]]] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("wall_time", "step", "summary")
    WALL_TIME_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    wall_time: float
    step: int
    summary: Summary
    def __init__(self, wall_time: _Optional[float] = ..., step: _Optional[int] = ..., summary: _Optional[_Union[Summary, _Mapping]] = ...) -> None: ...

class Number(_message.Message):
    __slots__ = ("value",)
    VALUE_FIELD_NUMBER: _ClassVar[int]
    value: float
    def __init__(self, value: _Optional[float] = ...) -> None: ...

class SliceKey(_message.Message):
    __slots__ = ("single_slice_keys",)
    class Single(_message.Message):
        __slots__ = ("column", "bytes_value", "float_value", "int64_value")
        COLUMN_FIELD_NUMBER: _ClassVar[int]
        BYTES_VALUE_FIELD_NUMBER: _ClassVar[int]
        FLOAT_VALUE_FIELD_NUMBER: _ClassVar[int]
        INT64_VALUE_FIELD_NUMBER: _ClassVar[int]
        column: str
        bytes_value: bytes
        float_value: float
        int64_value: int
        def __init__(self, column: _Optional[str] = ..., bytes_value: _Optional[bytes] = ..., float_value: _Optional[float] = ..., int64_value: _Optional[int] = ...) -> None: ...
    SINGLE_SLICE_KEYS_FIELD_NUMBER: _ClassVar[int]
    single_slice_keys: _containers.RepeatedCompositeFieldContainer[SliceKey.Single]
    def __init__(self, single_slice_keys: _Optional[_Iterable[_Union[SliceKey.Single, _Mapping]]] = ...) -> None: ...

class CalibrationBuckets(_message.Message):
    __slots__ = ("buckets",)
    class Bucket(_message.Message):
        __slots__ = ("lower_threshold_inclusive", "upper_threshold_exclusive", "num_weighted_examples", "total_weighted_label", "total_weighted_refined_prediction")
        LOWER_THRESHOLD_INCLUSIVE_FIELD_NUMBER: _ClassVar[int]
        UPPER_THRESHOLD_EXCLUSIVE_FIELD_NUMBER: _ClassVar[int]
        NUM_WEIGHTED_EXAMPLES_FIELD_NUMBER: _ClassVar[int]
        TOTAL_WEIGHTED_LABEL_FIELD_NUMBER: _ClassVar[int]
        TOTAL_WEIGHTED_REFINED_PREDICTION_FIELD_NUMBER: _ClassVar[int]
        lower_threshold_inclusive: float
        upper_threshold_exclusive: float
        num_weighted_examples: Number
        total_weighted_label: Number
        total_weighted_refined_prediction: Number
        def __init__(self, lower_threshold_inclusive: _Optional[float] = ..., upper_threshold_exclusive: _Optional[float] = ..., num_weighted_examples: _Optional[_Union[Number, _Mapping]] = ..., total_weighted_label: _Optional[_Union[Number, _Mapping]] = ..., total_weighted_refined_prediction: _Optional[_Union[Number, _Mapping]] = ...) -> None: ...
    BUCKETS_FIELD_NUMBER: _ClassVar[int]
    buckets: _containers.RepeatedCompositeFieldContainer[CalibrationBuckets.Bucket]
    def __init__(self, buckets: _Optional[_Iterable[_Union[CalibrationBuckets.Bucket, _Mapping]]] = ...) -> None: ...

class ConfusionMatrices(_message.Message):
    __slots__ = ("matrices",)
    class AtThreshold(_message.Message):
        __slots__ = ("threshold", "false_negatives", "true_negatives", "false_positives", "true_positives", "precision", "recall")
        THRESHOLD_FIELD_NUMBER: _ClassVar[int]
        FALSE_NEGATIVES_FIELD_NUMBER: _ClassVar[int]
        TRUE_NEGATIVES_FIELD_NUMBER: _ClassVar[int]
        FALSE_POSITIVES_FIELD_NUMBER: _ClassVar[int]
        TRUE_POSITIVES_FIELD_NUMBER: _ClassVar[int]
        PRECISION_FIELD_NUMBER: _ClassVar[int]
        RECALL_FIELD_NUMBER: _ClassVar[int]
        threshold: float
        false_negatives: float
        true_negatives: float
        false_positives: float
        true_positives: float
        precision: float
        recall: float
        def __init__(self, threshold: _Optional[float] = ..., false_negatives: _Optional[float] = ..., true_negatives: _Optional[float] = ..., false_positives: _Optional[float] = ..., true_positives: _Optional[float] = ..., precision: _Optional[float] = ..., recall: _Optional[float] = ...) -> None: ...
    MATRICES_FIELD_NUMBER: _ClassVar[int]
    matrices: _containers.RepeatedCompositeFieldContainer[ConfusionMatrices.AtThreshold]
    def __init__(self, matrices: _Optional[_Iterable[_Union[ConfusionMatrices.AtThreshold, _Mapping]]] = ...) -> None: ...

class ClassConfusionMatrices(_message.Message):
    __slots__ = ("matrices",)
    class Entry(_message.Message):
        __slots__ = ("actual_class_id", "predicted_class_id", "num_weighted_examples")
        ACTUAL_CLASS_ID_FIELD_NUMBER: _ClassVar[int]
        PREDICTED_CLASS_ID_FIELD_NUMBER: _ClassVar[int]
        NUM_WEIGHTED_EXAMPLES_FIELD_NUMBER: _ClassVar[int]
        actual_class_id: int
        predicted_class_id: int
        num_weighted_examples: float
        def __init__(self, actual_class_id: _Optional[int] = ..., predicted_class_id: _Optional[int] = ..., num_weighted_examples: _Optional[float] = ...) -> None: ...
    class AtThreshold(_message.Message):
        __slots__ = ("threshold", "entries")
        THRESHOLD_FIELD_NUMBER: _ClassVar[int]
        ENTRIES_FIELD_NUMBER: _ClassVar[int]
        threshold: float
        entries: _containers.RepeatedCompositeFieldContainer[ClassConfusionMatrices.Entry]
        def __init__(self, threshold: _Optional[float] = ..., entries: _Optional[_Iterable[_Union[ClassConfusionMatrices.Entry, _Mapping]]] = ...) -> None: ...
    MATRICES_FIELD_NUMBER: _ClassVar[int]
    matrices: _containers.RepeatedCompositeFieldContainer[ClassConfusionMatrices.AtThreshold]
    def __init__(self, matrices: _Optional[_Iterable[_Union[ClassConfusionMatrices.AtThreshold, _Mapping]]] = ...) -> None: ...

class Plots(_message.Message):
    __slots__ = ("slice_key", "plot_keys_and_values")
    class Whole(_message.Message):
        __slots__ = ("value",)
        VALUE_FIELD_NUMBER: _ClassVar[int]
        value: int
        def __init__(self, value: _Optional[int] = ...) -> None: ...
    class SubKey(_message.Message):
        __slots__ = ("class_id",)
        CLASS_ID_FIELD_NUMBER: _ClassVar[int]
        class_id: Plots.Whole
        def __init__(self, class_id: _Optional[_Union[Plots.Whole, _Mapping]] = ...) -> None: ...
    class Key(_message.Message):
        __slots__ = ("output_name", "sub_key", "model_name", "name")
        OUTPUT_NAME_FIELD_NUMBER: _ClassVar[int]
        SUB_KEY_FIELD_NUMBER: _ClassVar[int]
        MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
        NAME_FIELD_NUMBER: _ClassVar[int]
        output_name: str
        sub_key: Plots.SubKey
        model_name: str
        name: str
        def __init__(self, output_name: _Optional[str] = ..., sub_key: _Optional[_Union[Plots.SubKey, _Mapping]] = ..., model_name: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...
    class Data(_message.Message):
        __slots__ = ("calibration_histogram_buckets", "confusion_matrix_at_thresholds", "multi_class_confusion_matrix_at_thresholds")
        CALIBRATION_HISTOGRAM_BUCKETS_FIELD_NUMBER: _ClassVar[int]
        CONFUSION_MATRIX_AT_THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
        MULTI_CLASS_CONFUSION_MATRIX_AT_THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
        calibration_histogram_buckets: CalibrationBuckets
        confusion_matrix_at_thresholds: ConfusionMatrices
        multi_class_confusion_matrix_at_thresholds: ClassConfusionMatrices
        def __init__(self, calibration_histogram_buckets: _Optional[_Union[CalibrationBuckets, _Mapping]] = ..., confusion_matrix_at_thresholds: _Optional[_Union[ConfusionMatrices, _Mapping]] = ..., multi_class_confusion_matrix_at_thresholds: _Optional[_Union[ClassConfusionMatrices, _Mapping]] = ...) -> None: ...
    class KeyAndData(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: Plots.Key
        value: Plots.Data
        def __init__(self, key: _Optional[_Union[Plots.Key, _Mapping]] = ..., value: _Optional[_Union[Plots.Data, _Mapping]] = ...) -> None: ...
    SLICE_KEY_FIELD_NUMBER: _ClassVar[int]
    PLOT_KEYS_AND_VALUES_FIELD_NUMBER: _ClassVar[int]
    slice_key: SliceKey
    plot_keys_and_values: _containers.RepeatedCompositeFieldContainer[Plots.KeyAndData]
    def __init__(self, slice_key: _Optional[_Union[SliceKey, _Mapping]] = ..., plot_keys_and_values: _Optional[_Iterable[_Union[Plots.KeyAndData, _Mapping]]] = ...) -> None: ...

class PredictionLog(_message.Message):
    __slots__ = ("classify_log", "regress_log", "predict_log")
    class Input(_message.Message):
        __slots__ = ("example_list",)
        class ExampleList(_message.Message):
            __slots__ = ("examples",)
            EXAMPLES_FIELD_NUMBER: _ClassVar[int]
            examples: _containers.RepeatedCompositeFieldContainer[Example]
            def __init__(self, examples: _Optional[_Iterable[_Union[Example, _Mapping]]] = ...) -> None: ...
        EXAMPLE_LIST_FIELD_NUMBER: _ClassVar[int]
        example_list: PredictionLog.Input.ExampleList
        def __init__(self, example_list: _Optional[_Union[PredictionLog.Input.ExampleList, _Mapping]] = ...) -> None: ...
    class Predict(_message.Message):
        __slots__ = ("request", "response")
        class Request(_message.Message):
            __slots__ = ("inputs",)
            class InputsEntry(_message.Message):
                __slots__ = ("key", "value")
                KEY_FIELD_NUMBER: _ClassVar[int]
                VALUE_FIELD_NUMBER: _ClassVar[int]
                key: str
                value: Tensor
                def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Tensor, _Mapping]] = ...) -> None: ...
            INPUTS_FIELD_NUMBER: _ClassVar[int]
            inputs: _containers.MessageMap[str, Tensor]
            def __init__(self, inputs: _Optional[_Mapping[str, Tensor]] = ...) -> None: ...
        class Response(_message.Message):
            __slots__ = ("outputs",)
            class OutputsEntry(_message.Message):
                __slots__ = ("key", "value")
                KEY_FIELD_NUMBER: _ClassVar[int]
                VALUE_FIELD_NUMBER: _ClassVar[int]
                key: str
                value: Tensor
                def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Tensor, _Mapping]] = ...) -> None: ...
            OUTPUTS_FIELD_NUMBER: _ClassVar[int]
            outputs: _containers.MessageMap[str, Tensor]
            def __init__(self, outputs: _Optional[_Mapping[str, Tensor]] = ...) -> None: ...
        REQUEST_FIELD_NUMBER: _ClassVar[int]
        RESPONSE_FIELD_NUMBER: _ClassVar[int]
        request: PredictionLog.Predict.Request
        response: PredictionLog.Predict.Response
        def __init__(self, request: _Optional[_Union[PredictionLog.Predict.Request, _Mapping]] = ..., response: _Optional[_Union[PredictionLog.Predict.Response, _Mapping]] = ...) -> None: ...
    class Request(_message.Message):
        __slots__ = ("input",)
        INPUT_FIELD_NUMBER: _ClassVar[int]
        input: PredictionLog.Input
        def __init__(self, input: _Optional[_Union[PredictionLog.Input, _Mapping]] = ...) -> None: ...
    class Classify(_message.Message):
        __slots__ = ("request", "response")
        class Class(_message.Message):
            __slots__ = ("label", "score")
            LABEL_FIELD_NUMBER: _ClassVar[int]
            SCORE_FIELD_NUMBER: _ClassVar[int]
            label: str
            score: float
            def __init__(self, label: _Optional[str] = ..., score: _Optional[float] = ...) -> None: ...
        class Classifications(_message.Message):
            __slots__ = ("classes",)
            CLASSES_FIELD_NUMBER: _ClassVar[int]
            classes: _containers.RepeatedCompositeFieldContainer[PredictionLog.Classify.Class]
            def __init__(self, classes: _Optional[_Iterable[_Union[PredictionLog.Classify.Class, _Mapping]]] = ...) -> None: ...
        class Result(_message.Message):
            __slots__ = ("classifications",)
            CLASSIFICATIONS_FIELD_NUMBER: _ClassVar[int]
            classifications: _containers.RepeatedCompositeFieldContainer[PredictionLog.Classify.Classifications]
            def __init__(self, classifications: _Optional[_Iterable[_Union[PredictionLog.Classify.Classifications, _Mapping]]] = ...) -> None: ...
        class Response(_message.Message):
            __slots__ = ("result",)
            RESULT_FIELD_NUMBER: _ClassVar[int]
            result: PredictionLog.Classify.Result
            def __init__(self, result: _Optional[_Union[PredictionLog.Classify.Result, _Mapping]] = ...) -> None: ...
        REQUEST_FIELD_NUMBER: _ClassVar[int]
        RESPONSE_FIELD_NUMBER: _ClassVar[int]
        request: PredictionLog.Request
        response: PredictionLog.Classify.Response
        def __init__(self, request: _Optional[_Union[PredictionLog.Request, _Mapping]] = ..., response: _Optional[_Union[PredictionLog.Classify.Response, _Mapping]] = ...) -> None: ...
    class Regress(_message.Message):
        __slots__ = ("request", "response")
        class Regression(_message.Message):
            __slots__ = ("value",)
            VALUE_FIELD_NUMBER: _ClassVar[int]
            value: float
            def __init__(self, value: _Optional[float] = ...) -> None: ...
        class Result(_message.Message):
            __slots__ = ("regressions",)
            REGRESSIONS_FIELD_NUMBER: _ClassVar[int]
            regressions: _containers.RepeatedCompositeFieldContainer[PredictionLog.Regress.Regression]
            def __init__(self, regressions: _Optional[_Iterable[_Union[PredictionLog.Regress.Regression, _Mapping]]] = ...) -> None: ...
        class Response(_message.Message):
            __slots__ = ("result",)
            RESULT_FIELD_NUMBER: _ClassVar[int]
            result: PredictionLog.Regress.Result
            def __init__(self, result: _Optional[_Union[PredictionLog.Regress.Result, _Mapping]] = ...) -> None: ...
        REQUEST_FIELD_NUMBER: _ClassVar[int]
        RESPONSE_FIELD_NUMBER: _ClassVar[int]
        request: PredictionLog.Request
        response: PredictionLog.Regress.Response
        def __init__(self, request: _Optional[_Union[PredictionLog.Request, _Mapping]] = ..., response: _Optional[_Union[PredictionLog.Regress.Response, _Mapping]] = ...) -> None: ...
    CLASSIFY_LOG_FIELD_NUMBER: _ClassVar[int]
    REGRESS_LOG_FIELD_NUMBER: _ClassVar[int]
    PREDICT_LOG_FIELD_NUMBER: _ClassVar[int]
    classify_log: PredictionLog.Classify
    regress_log: PredictionLog.Regress
    predict_log: PredictionLog.Predict
    def __init__(self, classify_log: _Optional[_Union[PredictionLog.Classify, _Mapping]] = ..., regress_log: _Optional[_Union[PredictionLog.Regress, _Mapping]] = ..., predict_log: _Optional[_Union[PredictionLog.Predict, _Mapping]] = ...) -> None: ...
