"""Live updates: the streams' waits, and the bus that brings them notices of changes."""
