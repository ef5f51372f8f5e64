"""Connections that stay checked out of the pool, spans of their statements, and turns of SQLite's writers."""
