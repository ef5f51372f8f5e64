"""Provides all four databases with their consumers."""

from tests.support.product.archive import archive

__all__ = ["archive"]
