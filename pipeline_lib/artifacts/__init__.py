"""Artifact types, value artifacts, standard types and the files behind them."""
