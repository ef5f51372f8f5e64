"""Empties literal values in documents: they may contain customers' data."""

from __future__ import annotations

from typing import Any

from graphql import FloatValueNode, IntValueNode, StringValueNode, Visitor


class EmptyScalars(Visitor):
    """Replaces strings and numbers by empty ones; keeps the names of enum values and variables."""

    def enter_string_value(self, _node: StringValueNode, *_: Any) -> StringValueNode:
        """Empty a string."""
        return StringValueNode(value="", block=False)

    def enter_int_value(self, _node: IntValueNode, *_: Any) -> IntValueNode:
        """Empty an integer."""
        return IntValueNode(value="0")

    def enter_float_value(self, _node: FloatValueNode, *_: Any) -> FloatValueNode:
        """Empty a floating-point number."""
        return FloatValueNode(value="0")
