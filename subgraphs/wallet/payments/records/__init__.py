"""Payments, their parts and cases in the database."""
