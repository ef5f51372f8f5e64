"""The half of a feed that talks to Kafka: reads records, publishes messages and dead letters, commits."""
