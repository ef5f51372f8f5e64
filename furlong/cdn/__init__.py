"""Content delivery networks in front of `furlong serve`: obsolete responses are removed from them."""
