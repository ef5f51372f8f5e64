"""Measures live odds: many pages that each follow some of many events whose prices move."""
