"""A bet from its slip to its end: what is known of it, what follows, and how money moves."""
