"""Bets and results as they are stored."""
