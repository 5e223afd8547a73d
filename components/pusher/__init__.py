"""Copies a blessed model to the directory from which it is served."""
