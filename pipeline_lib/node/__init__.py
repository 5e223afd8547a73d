"""The life of one node: drive, execute, publish. Works from the IR alone."""
