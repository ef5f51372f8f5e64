"""Sports events of the platform: what several providers offer, matched to one event each."""
