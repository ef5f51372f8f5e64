"""What directives say of types and fields besides where they are: access, cost and caching."""
