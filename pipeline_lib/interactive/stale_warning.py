"""The warning that a result in use is not what the code would give now."""

from __future__ import annotations

import warnings


class StaleResultWarning(UserWarning):
    """A run used a result of which the code, the parameters or the data have changed since."""


# Shown each time that a line gives it, and not the first time only; the user's filters go first.
warnings.simplefilter("always", StaleResultWarning, append=True)
