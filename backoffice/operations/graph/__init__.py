"""Parts of the graph of operations."""
