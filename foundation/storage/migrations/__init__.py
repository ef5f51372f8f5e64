"""Alembic migrations: one process at a time runs them, and an interrupted upgrade can be resumed."""
