from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PayloadFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FORMAT_UNSPECIFIED: _ClassVar[PayloadFormat]
    FORMAT_TF_EXAMPLE: _ClassVar[PayloadFormat]
    FORMAT_TF_SEQUENCE_EXAMPLE: _ClassVar[PayloadFormat]
    FORMAT_PROTO: _ClassVar[PayloadFormat]
    FORMAT_PARQUET: _ClassVar[PayloadFormat]

class Versioning(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUTO: _ClassVar[Versioning]
    UNIX_TIMESTAMP: _ClassVar[Versioning]
FORMAT_UNSPECIFIED: PayloadFormat
FORMAT_TF_EXAMPLE: PayloadFormat
FORMAT_TF_SEQUENCE_EXAMPLE: PayloadFormat
FORMAT_PROTO: PayloadFormat
FORMAT_PARQUET: PayloadFormat
AUTO: Versioning
UNIX_TIMESTAMP: Versioning

class Input(_message.Message):
    __slots__ = ("splits",)
    class Split(_message.Message):
        __slots__ = ("name", "pattern")
        NAME_FIELD_NUMBER: _ClassVar[int]
        PATTERN_FIELD_NUMBER: _ClassVar[int]
        name: str
        pattern: str
        def __init__(self, name: _Optional[str] = ..., pattern: _Optional[str] = ...) -> None: ...
    SPLITS_FIELD_NUMBER: _ClassVar[int]
    splits: _containers.RepeatedCompositeFieldContainer[Input.Split]
    def __init__(self, splits: _Optional[_Iterable[_Union[Input.Split, _Mapping]]] = ...) -> None: ...

class Output(_message.Message):
    __slots__ = ("split_config",)
    SPLIT_CONFIG_FIELD_NUMBER: _ClassVar[int]
    split_config: SplitConfig
    def __init__(self, split_config: _Optional[_Union[SplitConfig, _Mapping]] = ...) -> None: ...

class SplitConfig(_message.Message):
    __slots__ = ("splits", "partition_feature_name")
    class Split(_message.Message):
        __slots__ = ("name", "hash_buckets")
        NAME_FIELD_NUMBER: _ClassVar[int]
        HASH_BUCKETS_FIELD_NUMBER: _ClassVar[int]
        name: str
        hash_buckets: int
        def __init__(self, name: _Optional[str] = ..., hash_buckets: _Optional[int] = ...) -> None: ...
    SPLITS_FIELD_NUMBER: _ClassVar[int]
    PARTITION_FEATURE_NAME_FIELD_NUMBER: _ClassVar[int]
    splits: _containers.RepeatedCompositeFieldContainer[SplitConfig.Split]
    partition_feature_name: str
    def __init__(self, splits: _Optional[_Iterable[_Union[SplitConfig.Split, _Mapping]]] = ..., partition_feature_name: _Optional[str] = ...) -> None: ...

class StaticRange(_message.Message):
    __slots__ = ("start_span_number", "end_span_number")
    START_SPAN_NUMBER_FIELD_NUMBER: _ClassVar[int]
    END_SPAN_NUMBER_FIELD_NUMBER: _ClassVar[int]
    start_span_number: int
    end_span_number: int
    def __init__(self, start_span_number: _Optional[int] = ..., end_span_number: _Optional[int] = ...) -> None: ...

class RollingRange(_message.Message):
    __slots__ = ("start_span_number", "num_spans")
    START_SPAN_NUMBER_FIELD_NUMBER: _ClassVar[int]
    NUM_SPANS_FIELD_NUMBER: _ClassVar[int]
    start_span_number: int
    num_spans: int
    def __init__(self, start_span_number: _Optional[int] = ..., num_spans: _Optional[int] = ...) -> None: ...

class RangeConfig(_message.Message):
    __slots__ = ("static_range", "rolling_range")
    STATIC_RANGE_FIELD_NUMBER: _ClassVar[int]
    ROLLING_RANGE_FIELD_NUMBER: _ClassVar[int]
    static_range: StaticRange
    rolling_range: RollingRange
    def __init__(self, static_range: _Optional[_Union[StaticRange, _Mapping]] = ..., rolling_range: _Optional[_Union[RollingRange, _Mapping]] = ...) -> None: ...

class SplitsConfig(_message.Message):
    __slots__ = ("analyze", "transform")
    ANALYZE_FIELD_NUMBER: _ClassVar[int]
    TRANSFORM_FIELD_NUMBER: _ClassVar[int]
    analyze: _containers.RepeatedScalarFieldContainer[str]
    transform: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, analyze: _Optional[_Iterable[str]] = ..., transform: _Optional[_Iterable[str]] = ...) -> None: ...

class TrainArgs(_message.Message):
    __slots__ = ("splits", "num_steps")
    SPLITS_FIELD_NUMBER: _ClassVar[int]
    NUM_STEPS_FIELD_NUMBER: _ClassVar[int]
    splits: _containers.RepeatedScalarFieldContainer[str]
    num_steps: int
    def __init__(self, splits: _Optional[_Iterable[str]] = ..., num_steps: _Optional[int] = ...) -> None: ...

class EvalArgs(_message.Message):
    __slots__ = ("splits", "num_steps")
    SPLITS_FIELD_NUMBER: _ClassVar[int]
    NUM_STEPS_FIELD_NUMBER: _ClassVar[int]
    splits: _containers.RepeatedScalarFieldContainer[str]
    num_steps: int
    def __init__(self, splits: _Optional[_Iterable[str]] = ..., num_steps: _Optional[int] = ...) -> None: ...

class PushDestination(_message.Message):
    __slots__ = ("filesystem",)
    class Filesystem(_message.Message):
        __slots__ = ("base_directory", "versioning")
        BASE_DIRECTORY_FIELD_NUMBER: _ClassVar[int]
        VERSIONING_FIELD_NUMBER: _ClassVar[int]
        base_directory: str
        versioning: Versioning
        def __init__(self, base_directory: _Optional[str] = ..., versioning: _Optional[_Union[Versioning, str]] = ...) -> None: ...
    FILESYSTEM_FIELD_NUMBER: _ClassVar[int]
    filesystem: PushDestination.Filesystem
    def __init__(self, filesystem: _Optional[_Union[PushDestination.Filesystem, _Mapping]] = ...) -> None: ...

class ServingSpec(_message.Message):
    __slots__ = ("tensorflow_serving", "local_docker", "kubernetes", "model_name")
    TENSORFLOW_SERVING_FIELD_NUMBER: _ClassVar[int]
    LOCAL_DOCKER_FIELD_NUMBER: _ClassVar[int]
    KUBERNETES_FIELD_NUMBER: _ClassVar[int]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    tensorflow_serving: TensorFlowServing
    local_docker: LocalDockerConfig
    kubernetes: KubernetesConfig
    model_name: str
    def __init__(self, tensorflow_serving: _Optional[_Union[TensorFlowServing, _Mapping]] = ..., local_docker: _Optional[_Union[LocalDockerConfig, _Mapping]] = ..., kubernetes: _Optional[_Union[KubernetesConfig, _Mapping]] = ..., model_name: _Optional[str] = ...) -> None: ...

class TensorFlowServing(_message.Message):
    __slots__ = ("image_name", "tags", "digests")
    IMAGE_NAME_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    image_name: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    digests: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, image_name: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., digests: _Optional[_Iterable[str]] = ...) -> None: ...

class LocalDockerConfig(_message.Message):
    __slots__ = ("client_base_url", "client_api_version", "client_timeout_seconds", "host_ip_address")
    CLIENT_BASE_URL_FIELD_NUMBER: _ClassVar[int]
    CLIENT_API_VERSION_FIELD_NUMBER: _ClassVar[int]
    CLIENT_TIMEOUT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    HOST_IP_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    client_base_url: str
    client_api_version: str
    client_timeout_seconds: int
    host_ip_address: str
    def __init__(self, client_base_url: _Optional[str] = ..., client_api_version: _Optional[str] = ..., client_timeout_seconds: _Optional[int] = ..., host_ip_address: _Optional[str] = ...) -> None: ...

class KubernetesConfig(_message.Message):
    __slots__ = ("service_account_name", "active_deadline_seconds", "serving_pod_overrides")
    SERVICE_ACCOUNT_NAME_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_DEADLINE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    SERVING_POD_OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    service_account_name: str
    active_deadline_seconds: int
    serving_pod_overrides: PodOverrides
    def __init__(self, service_account_name: _Optional[str] = ..., active_deadline_seconds: _Optional[int] = ..., serving_pod_overrides: _Optional[_Union[PodOverrides, _Mapping]] = ...) -> None: ...

class PodOverrides(_message.Message):
    __slots__ = ("annotations", "env", "resources")
    class AnnotationsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ANNOTATIONS_FIELD_NUMBER: _ClassVar[int]
    ENV_FIELD_NUMBER: _ClassVar[int]
    RESOURCES_FIELD_NUMBER: _ClassVar[int]
    annotations: _containers.ScalarMap[str, str]
    env: _containers.RepeatedCompositeFieldContainer[EnvVar]
    resources: Resources
    def __init__(self, annotations: _Optional[_Mapping[str, str]] = ..., env: _Optional[_Iterable[_Union[EnvVar, _Mapping]]] = ..., resources: _Optional[_Union[Resources, _Mapping]] = ...) -> None: ...

class EnvVar(_message.Message):
    __slots__ = ("name", "value", "value_from")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FROM_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: str
    value_from: EnvVarSource
    def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ..., value_from: _Optional[_Union[EnvVarSource, _Mapping]] = ...) -> None: ...

class EnvVarSource(_message.Message):
    __slots__ = ("secret_key_ref",)
    SECRET_KEY_REF_FIELD_NUMBER: _ClassVar[int]
    secret_key_ref: SecretKeySelector
    def __init__(self, secret_key_ref: _Optional[_Union[SecretKeySelector, _Mapping]] = ...) -> None: ...

class SecretKeySelector(_message.Message):
    __slots__ = ("name", "key")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    name: str
    key: str
    def __init__(self, name: _Optional[str] = ..., key: _Optional[str] = ...) -> None: ...

class Resources(_message.Message):
    __slots__ = ("requests", "limits", "claims")
    class RequestsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class LimitsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class ClaimsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    requests: _containers.ScalarMap[str, str]
    limits: _containers.ScalarMap[str, str]
    claims: _containers.ScalarMap[str, str]
    def __init__(self, requests: _Optional[_Mapping[str, str]] = ..., limits: _Optional[_Mapping[str, str]] = ..., claims: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ValidationSpec(_message.Message):
    __slots__ = ("max_loading_time_seconds", "num_tries")
    MAX_LOADING_TIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
    NUM_TRIES_FIELD_NUMBER: _ClassVar[int]
    max_loading_time_seconds: int
    num_tries: int
    def __init__(self, max_loading_time_seconds: _Optional[int] = ..., num_tries: _Optional[int] = ...) -> None: ...

class RequestSpec(_message.Message):
    __slots__ = ("tensorflow_serving", "split_name", "num_examples", "make_warmup")
    TENSORFLOW_SERVING_FIELD_NUMBER: _ClassVar[int]
    SPLIT_NAME_FIELD_NUMBER: _ClassVar[int]
    NUM_EXAMPLES_FIELD_NUMBER: _ClassVar[int]
    MAKE_WARMUP_FIELD_NUMBER: _ClassVar[int]
    tensorflow_serving: TensorFlowServingRequestSpec
    split_name: str
    num_examples: int
    make_warmup: bool
    def __init__(self, tensorflow_serving: _Optional[_Union[TensorFlowServingRequestSpec, _Mapping]] = ..., split_name: _Optional[str] = ..., num_examples: _Optional[int] = ..., make_warmup: bool = ...) -> None: ...

class TensorFlowServingRequestSpec(_message.Message):
    __slots__ = ("tag_set", "signature_names")
    TAG_SET_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_NAMES_FIELD_NUMBER: _ClassVar[int]
    tag_set: _containers.RepeatedScalarFieldContainer[str]
    signature_names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, tag_set: _Optional[_Iterable[str]] = ..., signature_names: _Optional[_Iterable[str]] = ...) -> None: ...
