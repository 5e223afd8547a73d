"""A model server with TensorFlow Serving's architecture, API and configuration.

A *source* says which versions of which models are wanted (`servables/`), the *manager* loads and
unloads them by way of a *loader* for each framework, and requests use a version by a *handle* that
keeps it alive (`api/`: what a request means; `grpc_api/` and `rest_api/`: how it is spoken).
`server/` puts them together into a process. `model_servers/` starts and asks a server from outside:
this one or the real `tensorflow_model_server`, by one small interface.
"""
