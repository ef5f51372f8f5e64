"""Strawberry's `Info`, whose graphql-core part is made only when it is asked for."""

from typing import Any

from graphql import GraphQLResolveInfo
from strawberry.types.field import StrawberryField
from strawberry.types.info import Info

from jit.paths import Steps
from jit.place import Place
from jit.run import Run


class LateInfo(Info[Any, Any]):
    """An `Info` that knows the execution, and the field's place in it."""

    def __init__(self, run: Run, place: Place, steps: Steps | None, key: str, field: StrawberryField) -> None:
        self._run = run
        self._place = place
        self._steps = steps
        self._key = key
        self._field = field
        self._made: GraphQLResolveInfo[Any] | None = None

    @property
    def _raw_info(self) -> GraphQLResolveInfo[Any]:  # type: ignore[override] # a dataclass field there
        if self._made is None:
            self._made = self._run.info(self._place, self._steps, self._key)
        return self._made

    @property
    def context(self) -> Any:
        """The context passed to the execution."""
        return self._run.request.context

    @property
    def root_value(self) -> Any:
        """The root value passed to the execution."""
        return self._run.request.root_value

    @property
    def field_name(self) -> str:
        """The name of the field that is resolved."""
        return self._place.field_name
