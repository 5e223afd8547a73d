"""From a pipeline as authors write it to the intermediate representation."""
