"""What the demo serves for operators: the internal graph, and the back office."""
