"""How blocks move customers' money."""
