"""The club subgraph: brands, weeks, terms, membership and eligibility."""
