"""Leaves out of plans and introspection what a client may not see, by `@authenticated` and other annotations.

In reading order: `requirements` (what a client must have), `rules` (the requirements of types and fields),
`operation_rules` (the rules that an operation touches), `operations` (the interface for the pipeline),
`visible_schema` (what introspection shows) and `application` (what an application may decide itself). A
feature decides which requirements hold.
"""
