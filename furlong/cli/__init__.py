"""The command line: `main` is where it starts, `options` what commands share, then one file a command."""

from furlong.cli.main import app

__all__ = ["app"]
