"""Copies a model and makes sure that the copy is the model."""

from __future__ import annotations

import os
import shutil

from pipeline_lib.artifacts import files
from pipeline_lib.errors import DataError


def copy_verified(model_path: str, destination: str, fingerprint: str) -> None:
    """Copy the files of a model, and compare the copy with what the model was before.

    Args:
        model_path: directory or URI of the model.
        destination: directory or URI of the copy.
        fingerprint: that of the model, as `files.fingerprint` gives it.

    Raises:
        DataError: the copy has another fingerprint, or the model has a link to a directory.
        OSError: a file cannot be read or written.
    """
    _refuse_links(model_path)
    if files.is_local(model_path) and files.is_local(destination):
        _copy_tree(model_path, destination)
    else:
        for name in files.file_names(model_path):
            files.copy_file(f"{model_path}/{name}", f"{destination}/{name}")
    copied = files.fingerprint(destination)
    if copied != fingerprint:
        raise DataError(
            f"The copy of the model at {model_path!r} is not what the model was: its fingerprint "
            f"is {copied or 'empty'}, expected {fingerprint}. The model was changed while it was "
            "copied, or a disk is faulty. Nothing is pushed; run again."
        )


def _copy_tree(source: str, destination: str) -> None:
    try:
        shutil.copytree(source, destination, dirs_exist_ok=True)
    except shutil.Error as error:
        # It goes on after the first error, such as a full disk, and lists what is as good as all.
        raise OSError(error.args[0][0][2]) from None


def _refuse_links(model_path: str) -> None:
    """A fingerprint does not look behind links to directories, and they may lead anywhere."""
    for top, folders, _ in os.walk(model_path):
        for path in (os.path.join(top, name) for name in folders):
            if os.path.islink(path):
                raise DataError(
                    f"The model has a link to a directory, {path!r}. A model that is pushed must "
                    "hold its files itself: put the directory in the place of the link."
                )


def write_through(directory: str) -> None:
    """Have a local directory with all below it on the disk, so that a power cut takes nothing."""
    for top, _, names in os.walk(directory):
        for path in (*(os.path.join(top, name) for name in names), top):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
