"""The bet-slip as a hand-written REST endpoint on FastAPI and SQLAlchemy, over the same tables."""
