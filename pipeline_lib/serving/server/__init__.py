"""The server process: flags and files, limits, workers, and how it starts and ends."""
