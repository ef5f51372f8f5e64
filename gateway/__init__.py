"""A Federation 2 gateway: loads a supergraph, plans, fetches, merges, answers. Knows nothing of clubs."""
