"""Reward content: its revisions, lint, images, publication and preview."""
