"""Operating cells: claims databases for a cell, moves and splits it, and routes customers to it."""
