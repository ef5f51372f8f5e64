"""Writes batches: one transaction each, with positions and dead letters; relays and replays dead letters."""
