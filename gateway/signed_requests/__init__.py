"""The settings and commands for signing requests to subgraphs; see docs/gateway/signed-requests.md."""
