"""Builds the parts that call subgraphs: connections, headers, signatures, protections and caches."""
