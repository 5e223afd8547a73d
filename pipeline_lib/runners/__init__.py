"""Runners: where nodes run."""
