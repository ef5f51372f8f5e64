"""Brands, weeks, terms, membership and eligibility."""
