"""Trainer: a model made by the user's `run_fn`."""
