"""The block of events in tests: what providers tell, and what the graph says of it."""
