"""Artifacts as people look at them: HTML fragments for notebooks and pages, words for terminals."""
