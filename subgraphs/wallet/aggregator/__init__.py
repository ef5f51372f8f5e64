"""Games of an aggregator play against our wallet: Hub88's operator API as server."""
