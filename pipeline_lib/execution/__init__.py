"""What a component's code is written against when it runs: executors and user modules."""
