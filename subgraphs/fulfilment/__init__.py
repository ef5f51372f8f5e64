"""Pays the rewards of confirmed weeks: at most one credit for each customer and week."""
