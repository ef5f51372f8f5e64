"""Execution: the state, tasks and completion that generated code uses."""
