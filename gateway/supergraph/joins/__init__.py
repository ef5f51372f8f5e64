"""The join directives of a supergraph: which subgraph has which types, fields and keys."""
