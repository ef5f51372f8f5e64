"""Sports events in the back office: what providers offer, which offers are of one, and what brands show."""
