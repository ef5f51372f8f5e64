"""The composition root: command line, demo and every process. The only room that imports all others."""
