"""Kafka consumers: one app a subgraph, on a shared stream."""
