"""What is served: versions of models, wanted by a source, loaded and kept by the manager."""
