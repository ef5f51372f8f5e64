"""Builds what calls subgraphs: connections, headers, signatures, protections and caches."""
