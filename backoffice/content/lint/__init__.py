"""Lint of content: what the law, the brand or the screen would not stand."""
