"""Classes whose instances need no further checks: neither awaitables nor errors, nulls or callables."""

from collections.abc import Mapping
from types import CoroutineType, FunctionType, GeneratorType
from typing import Any, Final

from graphql.pyutils import UndefinedType

MAX_CLASSES = 4096
SPECIAL: Final = ("__await__", "__aiter__", "__call__", "__getattr__")


class TypeChecks:
    """The classes of values that were checked while an operation ran.

    Attributes:
        plain: Classes whose instances are neither awaitable, async iterable, callable, None nor errors.
        unmapped: Classes whose instances are not mappings.
    """

    __slots__ = ("plain", "unmapped")

    def __init__(self) -> None:
        self.plain: set[type] = set()
        self.unmapped: set[type] = set()

    def learn(self, value: Any) -> None:
        """Remember the class of a value if all its instances are plain."""
        kind = type(value)
        if (
            kind is value.__class__
            and kind not in self.plain
            and len(self.plain) < MAX_CLASSES
            and is_plain(kind)
        ):
            self.plain.add(kind)

    def maps(self, value: Any) -> bool:
        """Tell whether a value is a mapping; remember the class of one that is not."""
        if isinstance(value, Mapping):
            return True
        if type(value) is value.__class__ and len(self.unmapped) < MAX_CLASSES:
            self.unmapped.add(type(value))
        return False


def is_mapping(kind: type) -> bool:
    """Tell whether the instances of a class are mappings."""
    return issubclass(kind, Mapping)


def is_plain(kind: type) -> bool:
    """Tell whether all instances of a class are plain, as `TypeChecks.plain` defines."""
    if issubclass(kind, Exception | CoroutineType | GeneratorType | UndefinedType | type(None)):
        return False
    names = {name for base in kind.__mro__ for name in vars(base)}
    own_access = any(isinstance(vars(base).get("__getattribute__"), FunctionType) for base in kind.__mro__)
    return not names.intersection(SPECIAL) and not own_access
