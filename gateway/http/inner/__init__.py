"""Requests that came inside of something else: of a WebSocket or a batch."""
