"""Supergraphs, subgraphs, sockets and clients around the gateway."""
