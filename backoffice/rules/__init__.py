"""Scheme rules: versions for coming weeks, their checks, and dry runs over bets of a past week."""
