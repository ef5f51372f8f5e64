"""Decides whether a customer's week earns its reward, publishes that, and derives the displayed state."""
