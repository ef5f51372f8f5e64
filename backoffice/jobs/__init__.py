"""Long work with progress: stored, taken by one process at a time, resumed after a crash."""
