"""What an operator does with cells: claim databases for one, move it, split it, and route customers to it."""
