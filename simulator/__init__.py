"""Stands in for the upstream squad: its API, and what it puts on Kafka."""
