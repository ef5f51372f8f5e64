"""Programs for working on Furlong, and real services for its tests and benchmarks."""
