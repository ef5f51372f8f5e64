"""Kafka to batches to a database, with positions and dead letters in the batch's transaction."""
