"""What the model server answers in a second, beside servers that do nothing, or do it naively."""
