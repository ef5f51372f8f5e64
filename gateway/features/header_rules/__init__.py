"""Header rules: which of a client's headers go to each subgraph, and what the gateway adds to them."""
