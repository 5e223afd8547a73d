"""TFX's modules below and beside `tfx.v1`: programs import them by their own paths.

They are served by `plib run --as-tfx` under TFX's names.
"""
