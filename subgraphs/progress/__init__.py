"""The progress subgraph: contributions, totals and qualification."""
