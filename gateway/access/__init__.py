"""Access control: who may see what in a supergraph, by `@authenticated`, `@requiresScopes` and `@policy`.

In reading order: `requirements` (what a client must have), `rules` (the requirements of types and fields),
`arguments` (the requirements of argument values), `operation_rules` (the rules that an operation touches),
`restriction` (removes hidden fields from an operation), `operations` (the interface for the pipeline),
`visible_schema` (what introspection shows), `granted` (the rights of a session) and `deciders` (who decides
policies).
"""
