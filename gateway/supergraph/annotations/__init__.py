"""The directives about types and fields that do not place them: access, cost and caching."""
