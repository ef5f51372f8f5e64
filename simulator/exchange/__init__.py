"""Stands in for Betfair's Exchange Stream API: markets that move, the stream server, and faults on demand."""
