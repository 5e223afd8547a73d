"""Running components one by one in a notebook or another interactive session."""
