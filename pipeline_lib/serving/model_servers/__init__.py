"""Starts a model server and asks it: the embedded one or the real one, by one interface."""
