"""Cells: which cell a database belongs to, which customers are the cell's, and who may still write there."""
