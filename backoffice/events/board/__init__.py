"""The boards of brands: what a brand shows of sports, in which order, and under which names and pictures."""
