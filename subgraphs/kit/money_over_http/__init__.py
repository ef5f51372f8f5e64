"""Funds and credits of another process, by signed requests: both sides."""
