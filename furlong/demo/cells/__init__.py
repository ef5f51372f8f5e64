"""A demo whose customers are split into cells, behind a router."""
