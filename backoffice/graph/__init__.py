"""What the graph of the back office is made of.

`area` is what an area offers, with the directive that each field carries, `pages` the shape of lists;
`documents` reads documents within limits, and `execution` runs them.
"""
