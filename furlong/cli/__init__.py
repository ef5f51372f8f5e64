"""The command line: `main` is the entry point, `options` is shared, and each command has its own file."""

from furlong.cli.main import app

__all__ = ["app"]
