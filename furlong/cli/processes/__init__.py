"""Commands that run until they are stopped: demo, serve, consume, the workers, a single subgraph."""
