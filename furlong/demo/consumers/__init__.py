"""The consumers of the demo: what wakes them, and what starts them again."""
