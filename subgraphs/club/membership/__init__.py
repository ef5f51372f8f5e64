"""Membership of the club: a customer's events, their fold, and the changes that customers do not make."""
