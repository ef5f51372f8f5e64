"""The composition root: command line, demo and every process. The only package that imports all others."""
