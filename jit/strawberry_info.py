"""Strawberry's `Info`, whose graphql-core part is made only when it is asked for."""

from dataclasses import dataclass
from typing import Any

from graphql import GraphQLResolveInfo
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info

from jit.paths import Steps
from jit.place import Place
from jit.reading import WriteInfo
from jit.run import Run
from jit.source import Lines, Source


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose info it is: the same in all executions."""

    place: Place
    key: str
    field: StrawberryField


class LateInfo(Info[Any, Any]):
    """An `Info` that knows the execution, and the field's place in it.

    It is made without its class's `__init__`, by generated code: one is made for every call of a resolver.
    """

    __slots__ = ("_run", "_steps", "_subject", "context")
    context: Any
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
    def root_value(self) -> Any:
        """The root value passed to the execution."""
        return self._run.root_value

    @property
    def field_name(self) -> str:
        """The name of the field that is resolved."""
        return self._subject.place.field_name


def writing_infos(field: StrawberryField, info_class: type[Info[Any, Any]]) -> WriteInfo:
    """How the infos of a field are made: late ones, unless the schema has a class of its own for them."""

    def write_late(source: Source, place: Place, key: str) -> Lines:
        source.names["LateInfo"], source.names["new"] = LateInfo, object.__new__
        return [
            "info = new(LateInfo)",
            "info.context = run.context",
            "info._run = run",
            "info._steps = steps",
            f"info._subject = {source.constant('subject', Subject(place, key, field))}",
        ]

    def write(source: Source, place: Place, key: str) -> Lines:
        def make(run: Run, steps: Steps | None) -> Info[Any, Any]:
            return info_class(_raw_info=run.info(place, steps, key), _field=field)

        return [f"info = {source.constant('info', make)}(run, steps)"]

    return write_late if info_class is Info else write
