"""Signing requests to subgraphs over HTTP, by settings; see docs/gateway/signed-requests.md."""
