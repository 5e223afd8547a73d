"""The tests; a package, because installed ones may bring a folder of that name."""
