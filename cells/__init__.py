"""What an operator does with cells: claim databases for one, move it, and route customers to it."""
