"""Which reward a customer's week earns, published to the other subgraphs."""
