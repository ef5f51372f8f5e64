"""Generated federations with a monolith over the same data: the reference to which the gateway is compared.

In reading order: `composer` (SDL to supergraph), `sdl` (a subgraph's SDL, parsed), `objects` (the data and
the true value of every field), `subgraph` and `monolith` (the two servers), `case` (a world with an
operation, as a file), `comparison` (gateway and monolith), `worlds` and `operations` (the strategies).
"""
