"""Runs the checks of `make check` side by side, and leaves out those whose inputs have not changed."""
