"""A provider of games that tests play, and the lobby's block over its own databases."""
