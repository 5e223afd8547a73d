"""Faults that are injected for real, at random points, and what must hold after each."""
