"""What a plan allows its code to leave out: copies of lists, and projections of objects."""
