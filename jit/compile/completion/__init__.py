"""How values are completed: expected ones by generated tests, all others by general code."""
