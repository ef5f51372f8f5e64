"""Python's part of the set-up: the packages of a lock, and Furlong itself."""
