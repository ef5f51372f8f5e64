"""Lint of content: checks against the law, the brand and the space on the screen."""
