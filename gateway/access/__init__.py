"""Access: who may see what of a supergraph, by `@authenticated`, `@requiresScopes` and `@policy`.

In reading order: `requirements` (what a client must have), `rules` (the requirements of types and fields),
`arguments` (those of argument values), `operation_rules` (what an operation touches), `restriction` (the
operation without what is hidden), `operations` (all of this for the pipeline), `visible_schema` (what
introspection shows), `granted` (what a session has) and `deciders` (who decides policies).
"""
