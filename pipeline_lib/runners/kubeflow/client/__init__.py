"""Working with Kubeflow Pipelines on a cluster: uploads, runs, schedules, logs."""
