"""Generated federations with a monolith over the same data: the reference that the gateway is held against.

In reading order: `composer` (SDL to supergraph), `sdl` (what a subgraph's SDL says), `objects` (the data and
the truth about every field), `subgraph` and `monolith` (the two ways to answer), `case` (a whole world with
an operation, as a file), `comparison` (gateway against monolith), `worlds` and `operations` (the strategies).
"""
