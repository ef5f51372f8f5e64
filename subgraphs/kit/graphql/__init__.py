"""GraphQL for every subgraph: schema, request context, operations and HTTP."""
