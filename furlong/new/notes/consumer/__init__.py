"""The consumer of notes."""
