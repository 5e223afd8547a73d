"""Runs pipelines on Kubeflow Pipelines v2: it carries the order, the store carries the rest."""
