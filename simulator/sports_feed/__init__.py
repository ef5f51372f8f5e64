"""Stands in for Sportradar's Unified Odds Feed: events that move, its API, messages by AMQP, and faults."""
