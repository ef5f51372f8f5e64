"""Determines what the code of a plan can leave out: copies of lists, and projections of objects."""
