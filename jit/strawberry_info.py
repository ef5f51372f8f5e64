"""Strawberry's `Info`, whose graphql-core part is made only when it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import GraphQLResolveInfo
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info

from jit.paths import Steps
from jit.place import Place
from jit.run import Run

MakeInfo: TypeAlias = Callable[[Run, Steps | None], Info[Any, Any]]
"""(execution, steps of the parent) → the info of a field."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose info it is: the same in all executions."""

    place: Place
    key: str
    field: StrawberryField


class LateInfo(Info[Any, Any]):
    """An `Info` that knows the execution, and the field's place in it.

    It is made without its class's `__init__`, in `infos_of`: one is made for every call of a resolver.
    """

    _run: Run
    _steps: Steps | None
    _subject: Subject
    _made: GraphQLResolveInfo[Any] | None = None

    @property
    def _raw_info(self) -> GraphQLResolveInfo[Any]:  # type: ignore[override] # a dataclass field there
        if self._made is None:
            self._made = self._run.info(self._subject.place, self._steps, self._subject.key)
        return self._made

    @property
    def _field(self) -> StrawberryField:  # type: ignore[override] # the same
        return self._subject.field

    @property
    def context(self) -> Any:
        """The context passed to the execution."""
        return self._run.context

    @property
    def root_value(self) -> Any:
        """The root value passed to the execution."""
        return self._run.root_value

    @property
    def field_name(self) -> str:
        """The name of the field that is resolved."""
        return self._subject.place.field_name


def infos_of(place: Place, key: str, field: StrawberryField) -> MakeInfo:
    """Makes the infos of a field."""
    subject = Subject(place, key, field)
    new = LateInfo.__new__

    def make(run: Run, steps: Steps | None) -> LateInfo:
        info = new(LateInfo)
        info._run = run  # noqa: SLF001 - its maker
        info._steps = steps  # noqa: SLF001 - the same
        info._subject = subject  # noqa: SLF001 - the same
        return info

    return make
