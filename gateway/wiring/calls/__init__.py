"""Builds the parts that call subgraphs: connections, headers, protections and caches."""
