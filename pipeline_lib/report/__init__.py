"""What people see of the store's records: renderables for the terminal, and plain JSON."""
