"""The companies that the demo plays beside it, and the ways to run it that decide who they are."""
