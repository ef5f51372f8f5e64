"""Goodwill credits: given by support within a weekly budget, approved by risk, paid by fulfilment."""
