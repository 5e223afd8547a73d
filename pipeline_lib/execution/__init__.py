"""What code that runs is written against: executors, user modules, and the processes it starts."""
