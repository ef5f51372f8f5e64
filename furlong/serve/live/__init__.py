"""Live updates of a served application: its streams, their metrics, and the WebSockets of a subgraph."""
