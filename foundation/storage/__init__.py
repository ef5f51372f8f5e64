"""SQL, time and traces, for subgraphs and consumers."""
