"""Determines which reward a customer's week earns, and publishes it to the other subgraphs."""
