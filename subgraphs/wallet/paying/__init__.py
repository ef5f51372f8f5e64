"""Brings payments forward: what customers ask, processors say, and people decide."""
