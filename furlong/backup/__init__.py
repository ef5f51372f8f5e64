"""Backups of all databases at one moment, around the tools of the database server."""
