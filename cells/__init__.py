"""Operating cells: claims databases for a cell, moves it to another server, and routes customers to it."""
