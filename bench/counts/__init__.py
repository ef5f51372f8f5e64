"""Counts the interpreter's work on the hot paths, which may not exceed the budgets in `bench/budgets.toml`."""
