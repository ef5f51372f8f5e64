"""The rewards subgraph: reward configuration, display content, options and choice."""
