"""Decides who may see what of a supergraph with `@authenticated`, `@requiresScopes` or `@policy`."""
