"""Hub88's operator API over the wallet: an aggregator's games play with customers' money."""
