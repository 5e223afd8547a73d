"""Measures what the library costs, beside TFX and beside the store's floor. `make bench` runs it."""
