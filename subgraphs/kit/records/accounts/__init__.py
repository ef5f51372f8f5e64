"""Accounts over time: every revision, and the periods in which a customer could not take part."""
