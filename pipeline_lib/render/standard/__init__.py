"""Renderers of the standard artifact types, a module for each, loaded when one is shown."""
