"""A section of the settings: fields that belong together, and the variables that set them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final, Self, Unpack

from pydantic import BaseModel, ConfigDict
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsError

PREFIX: Final = "FURLONG_GATEWAY_"
"""What all variables of the gateway begin with."""


class Section(BaseModel):
    """The base of all sections. Only `read` looks at variables: the constructor takes values as they are.

    Attributes:
        prefix: What its variables begin with.
        named: The variables, without `PREFIX` and in lower case, of fields whose names do not say them.
        former: The names that variables of its fields had before, in the same way. They are still read, with
            a warning.
        reloaded: The fields that may change while the gateway serves, if not all of them may.
        is_reloaded: Whether all of them may.
    """

    prefix: ClassVar[str] = PREFIX
    named: ClassVar[Mapping[str, str]] = {}
    former: ClassVar[Mapping[str, str]] = {}
    reloaded: ClassVar[frozenset[str]] = frozenset()
    is_reloaded: ClassVar[bool] = False

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        validate_default=True,
        arbitrary_types_allowed=True,
    )

    def __init_subclass__(
        cls, *, prefix: str | None = None, is_reloaded: bool = False, **options: Unpack[ConfigDict]
    ) -> None:
        """Set the prefix of its variables, and whether all its fields may change while the gateway serves."""
        super().__init_subclass__(**options)
        cls.prefix = prefix or cls.prefix
        cls.is_reloaded = is_reloaded or cls.is_reloaded

    @classmethod
    def may_change(cls, field: str) -> bool:
        """Return whether a field may change while the gateway serves; if not, it needs a restart."""
        return cls.is_reloaded or field in cls.reloaded

    @classmethod
    def variable(cls, field: str, prefix: str | None = None) -> str:
        """Return the variable that sets a field.

        Args:
            field: The field.
            prefix: What variables begin with, if not with the section's own prefix.
        """
        if field in cls.named:
            return f"{PREFIX}{cls.named[field]}".upper()
        return f"{cls.prefix if prefix is None else prefix}{field}".upper()

    @classmethod
    def by_variable(cls, prefix: str | None = None) -> dict[str, str]:
        """Return the fields by the variables that set them."""
        return {cls.variable(field, prefix): field for field in cls.model_fields}

    @classmethod
    def by_former_variable(cls) -> dict[str, str]:
        """Return the fields by the former names of their variables."""
        return {f"{PREFIX}{former}".upper(): field for field, former in cls.former.items()}

    @classmethod
    def read(
        cls, sources: Iterable[EnvSettingsSource], given: Mapping[str, Any], prefix: str | None = None
    ) -> Self:
        """Read a section.

        Args:
            sources: Where variables are; the first ones take precedence.
            given: Values that take precedence over all variables, by field.
            prefix: What the variables begin with, if not with the section's own prefix.

        Raises:
            ValidationError: A value is wrong.
            SettingsError: A value is not JSON.
        """
        values = dict(given)
        for source in sources:
            values = _merged(values, cls._set_in(source, prefix))
        return cls(**values)

    @classmethod
    def read_environment(cls) -> Self:
        """Read a section from the environment alone; raises as `read`."""
        return cls.read([EnvSettingsSource(BaseSettings)], {})

    @classmethod
    def _set_in(cls, source: EnvSettingsSource, prefix: str | None) -> dict[str, Any]:
        """Return the values of variables that are set, by field; present names take precedence."""
        values: dict[str, Any] = {}
        for variable, name in (*cls.by_variable(prefix).items(), *cls.by_former_variable().items()):
            value = None if name in values else source.env_vars.get(variable.lower())
            if value is None:
                continue
            field = cls.model_fields[name]
            try:
                # The environment's own source also decodes optional models.
                values[name] = source.prepare_field_value(name, field, value, value_is_complex=False)
            except ValueError as error:
                raise SettingsError(f"{variable}: its value is not JSON") from error
        return values


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of both; those of the first take precedence, also within tables."""
    both = {**second, **first}
    for name in first.keys() & second.keys():
        if isinstance(first[name], dict) and isinstance(second[name], dict):
            both[name] = _merged(first[name], second[name])
    return both
