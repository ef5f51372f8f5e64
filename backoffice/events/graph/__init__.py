"""Sports events' part of the back office's graph."""
