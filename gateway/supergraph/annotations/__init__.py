"""Directives that do not assign types and fields to subgraphs: access, cost and caching."""
