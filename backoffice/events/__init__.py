"""Sports events for traders: what providers offer, which offers are of one event, and whom to believe."""
