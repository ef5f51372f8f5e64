"""The command line, the demo and the ways to run: the room that puts all others together."""
