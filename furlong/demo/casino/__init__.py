"""The demo's casino: two played providers of games, and the server by which they reach customers' money."""
