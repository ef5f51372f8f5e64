"""Whether money may be paid, and where to: limits of the ways, whose accounts are, and what a person reviews."""
