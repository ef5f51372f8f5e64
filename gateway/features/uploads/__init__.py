"""Uploads: files in multipart requests, streamed to the subgraph that takes them."""
