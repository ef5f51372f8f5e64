"""Counts the interpreter's work on the hot paths, for which `bench/budgets.toml` has budgets."""
