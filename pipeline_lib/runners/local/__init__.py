"""The local runner: parallel, on one machine."""
