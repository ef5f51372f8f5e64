"""Runs the command line for `python -m gateway`."""

from gateway.cli import cli

if __name__ == "__main__":
    cli()
