"""Settings that a process gives to its blocks; all others come from the environment."""

from typing import TypeVar

from pydantic_settings import BaseSettings

Settings = TypeVar("Settings", bound=BaseSettings)


class GivenSettings:
    """Settings by their class."""

    def __init__(self, *settings: BaseSettings) -> None:
        """Give these."""
        self._given = {type(given): given for given in settings}

    @property
    def all(self) -> tuple[BaseSettings, ...]:
        """Return all that were given."""
        return tuple(self._given.values())

    def of(self, kind: type[Settings]) -> Settings:
        """Return the settings of a class: those that were given, or else those of the environment.

        Raises:
            ValidationError: The environment has a wrong value.
        """
        given = self._given.get(kind)
        return given if isinstance(given, kind) else kind()
