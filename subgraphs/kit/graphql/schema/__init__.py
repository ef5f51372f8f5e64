"""Tools to write subgraphs' schemas: a builder, money, deferred values, tags, list sizes."""
