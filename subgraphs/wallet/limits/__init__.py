"""Safer gambling: limits, breaks and self-exclusion, by the rules in force where a customer is.

The rules as data, the pure transitions and decisions over them, and the store, whose claims no parallel
deposits exceed.
"""
