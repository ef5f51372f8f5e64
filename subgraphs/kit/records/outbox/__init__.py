"""The outbox: facts for other subgraphs, and the relay that publishes them."""
