"""Runs as self-contained HTML pages: one file, no server, nothing from elsewhere."""
