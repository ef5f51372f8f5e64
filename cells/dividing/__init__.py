"""Splits a cell in two, and merges two cells: moves that also divide or unite the customers' rows."""
