"""What waits, in the graph of operations."""
