"""Parts of support's graph, by subject."""
