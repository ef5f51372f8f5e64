"""Sports events, matched from what providers offer, with the markets and prices of the one that leads."""
