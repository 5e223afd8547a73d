"""Loads a model into a model server and asks it, before it is served to anybody."""
