"""Texts that Kubernetes takes: names of objects, keys and values of labels, quantities, paths."""

from __future__ import annotations

import re

from pipeline_lib.dsl.given_collections import checked_mapping
from pipeline_lib.errors import AuthoringError

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_DNS_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_CONFIG_KEY = re.compile(r"[-._A-Za-z0-9]+")
_QUANTITY = re.compile(r"\d+(\.\d+)?([eE][+-]?\d+|[munkMGTPE]|[KMGTPE]i)?")
_FIELD_PATH = re.compile(
    r"metadata\.(name|namespace|uid)|metadata\.(labels|annotations)\['[^']+'\]"
    r"|spec\.(nodeName|serviceAccountName)|status\.(hostIP|hostIPs|podIP|podIPs)"
)
_NAME_LENGTH = 63
_SUBDOMAIN_LENGTH = 253


def check_object_name(name: object, where: str) -> None:
    """Refuse what cannot be the name of a secret, a config map or another object.

    Raises:
        AuthoringError: Kubernetes takes no such name.
    """
    if not _fits(name, _DNS_SUBDOMAIN, _SUBDOMAIN_LENGTH):
        raise AuthoringError(
            f"{where}: {name!r} is no name of a Kubernetes object: lower-case letters, digits, "
            f"'-' and '.' are allowed, at most {_SUBDOMAIN_LENGTH} of them, with a letter or digit "
            "at both ends."
        )


def check_volume_name(name: object, where: str) -> None:
    """Refuse what cannot be the name of a volume, which Kubeflow Pipelines names as its source.

    Raises:
        AuthoringError: Kubernetes takes no such name.
    """
    if not _fits(name, _DNS_LABEL, _NAME_LENGTH):
        raise AuthoringError(
            f"{where}: {name!r} cannot be mounted, since Kubeflow Pipelines gives the volume this "
            "name too and Kubernetes takes lower-case letters, digits and '-' for it, at most "
            f"{_NAME_LENGTH} of them, with a letter or digit at both ends."
        )


def check_label_key(key: object, where: str) -> None:
    """Refuse what cannot be the key of a label, an annotation or a taint.

    Raises:
        AuthoringError: Kubernetes takes no such key.
    """
    prefix, slash, name = key.rpartition("/") if isinstance(key, str) else ("", "", key)
    bad_prefix = slash and not _fits(prefix, _DNS_SUBDOMAIN, _SUBDOMAIN_LENGTH)
    if bad_prefix or not _fits(name, _LABEL_NAME, _NAME_LENGTH):
        raise AuthoringError(
            f"{where}: {key!r} is no key that Kubernetes takes. Expected a name of letters, "
            f"digits, '-', '_' and '.', at most {_NAME_LENGTH} of them, with a letter or digit at "
            "both ends; and before it, if anything, a domain and '/', as in 'nvidia.com/gpu'."
        )


def check_label_value(value: object, where: str) -> None:
    """Refuse what cannot be the value of a label.

    Raises:
        AuthoringError: Kubernetes takes no such value.
    """
    if value != "" and not _fits(value, _LABEL_NAME, _NAME_LENGTH):
        raise AuthoringError(
            f"{where}: {value!r} is no value of a label. Expected a text of letters, digits, '-', "
            f"'_' and '.', at most {_NAME_LENGTH} of them, with a letter or digit at both ends."
        )


def checked_labels(given: object, where: str) -> dict[str, str]:
    """Labels, as a dict of their own.

    Raises:
        AuthoringError: it is no dict, or holds what Kubernetes does not take as a label.
    """
    labels = checked_mapping(given, where)
    for key, value in labels.items():
        check_label_key(key, where)
        check_label_value(value, f"{where}[{key!r}]")
    return labels


def check_config_key(key: object, where: str) -> None:
    """Refuse what cannot be a key in a config map or a secret.

    Raises:
        AuthoringError: Kubernetes takes no such key.
    """
    if not _fits(key, _CONFIG_KEY, _SUBDOMAIN_LENGTH):
        raise AuthoringError(
            f"{where}: {key!r} is no key of a config map: letters, digits, '-', '_' and '.' are "
            f"allowed, at most {_SUBDOMAIN_LENGTH} of them."
        )


def check_quantity(quantity: object, where: str) -> None:
    """Refuse what is no size.

    Raises:
        AuthoringError: Kubernetes cannot read it.
    """
    if not isinstance(quantity, str) or not _QUANTITY.fullmatch(quantity):
        raise AuthoringError(
            f"{where} takes a size as Kubernetes writes it, such as '512Mi' or '10Gi', "
            f"got {quantity!r}."
        )


def check_mount_path(path: object, where: str) -> None:
    """Refuse a path at which nothing can be mounted.

    Raises:
        AuthoringError: it is not absolute, is the root, or holds a ':'.
    """
    absolute = isinstance(path, str) and path.startswith("/") and path.strip("/")
    if not absolute or ":" in str(path):
        raise AuthoringError(
            f"{where}: a volume is mounted at an absolute path below '/', without ':', such as "
            f"'/data', got {path!r}."
        )


def check_field_path(path: object, where: str) -> None:
    """Refuse what is no field of a Pod that a variable can hold.

    Raises:
        AuthoringError: Kubernetes offers no such field.
    """
    if not isinstance(path, str) or not _FIELD_PATH.fullmatch(path):
        raise AuthoringError(
            f"{where}: {path!r} is no field of a Pod that a variable can hold. Expected one of "
            "metadata.name, metadata.namespace, metadata.uid, metadata.labels['KEY'], "
            "metadata.annotations['KEY'], spec.nodeName, spec.serviceAccountName, status.hostIP, "
            "status.hostIPs, status.podIP, status.podIPs."
        )


def check_one_of(value: object, allowed: tuple[str, ...], where: str) -> None:
    """Refuse a word that Kubernetes does not know there.

    Raises:
        AuthoringError: it is none of those allowed.
    """
    if value not in allowed:
        known = ", ".join(repr(one) for one in allowed)
        raise AuthoringError(f"{where} takes one of {known}, got {value!r}.")


def _fits(text: object, pattern: re.Pattern[str], length: int) -> bool:
    return isinstance(text, str) and len(text) <= length and bool(pattern.fullmatch(text))
