"""Schemas and operations at random, and both ways to execute them."""
