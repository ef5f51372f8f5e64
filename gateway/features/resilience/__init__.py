"""Isolates the failures of one subgraph: deadlines, bulkheads, circuit breakers, retries, sharing."""
