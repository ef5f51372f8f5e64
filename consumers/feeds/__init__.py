"""The platform's bet feeds: `adapters/` and `mapping/` are pure, `delivery/` forwards records over Kafka."""
