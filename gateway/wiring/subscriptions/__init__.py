"""Builds the parts that serve subscriptions; without subscriptions, none of them is built."""
