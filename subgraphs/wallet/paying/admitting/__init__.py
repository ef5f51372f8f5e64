"""Whether money may be paid, and where to: limits, whose accounts are, and what a person reviews."""
