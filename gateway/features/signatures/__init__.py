"""Signs requests to subgraphs over HTTP, so that these can refuse all others (RFC 9421)."""
