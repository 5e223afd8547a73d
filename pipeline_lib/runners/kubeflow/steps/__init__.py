"""What runs in the containers of a pipeline on a cluster.

`python -m pipeline_lib.runners.kubeflow.steps VERB ...`. The cluster's engine keeps the order and
the positions of loops; all else a step finds in the store.
"""
