"""A reward and its states, without SQL and without calls to providers."""
