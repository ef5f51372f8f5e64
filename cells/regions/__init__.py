"""Regions: which topics are copied between their Kafkas, and by what configuration of MirrorMaker 2."""
