"""Provides all four databases with their consumers."""

from tests.erasure.archive import archive

__all__ = ["archive"]
