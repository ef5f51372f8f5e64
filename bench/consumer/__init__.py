"""Compares the progress consumer with a plain loop, a JDBC sink, and the same rows without rules."""
