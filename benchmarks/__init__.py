"""Measures what the library costs, beside TFX and the store's floor: `make bench`."""
