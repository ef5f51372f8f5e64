"""Backs up all databases, restores them, and rebuilds a database from the topics."""
