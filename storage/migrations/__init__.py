"""Alembic migrations that one process runs at a time and that an interrupted upgrade resumes."""
