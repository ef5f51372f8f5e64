"""Backups of all databases, restoring them, and rebuilding a database from the topics."""
