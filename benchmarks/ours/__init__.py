"""What is measured of the library; `benchmarks/tfx_side` has the same in TFX."""
