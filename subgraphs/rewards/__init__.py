"""Reward configuration, display content, options and choice."""
