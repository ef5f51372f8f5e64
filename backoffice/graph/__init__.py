"""What the graph of the back office is made of: subgraphs in this process behind a gateway of their own.

`permitted` is the directive that each field carries, `pages` the shape of lists, `admin_subgraph` an area's
part, `gateway` the whole.
"""
