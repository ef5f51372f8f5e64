"""Features of applications in tests: such as do one thing when they are installed."""

from __future__ import annotations

from collections.abc import Callable

from gateway.feature import Core, Feature


class Installs(Feature):
    """Adds to the process what a function does."""

    def __init__(self, add: Callable[[Core], object]) -> None:
        self.add = add

    def install(self, core: Core) -> None:
        """Call the function."""
        self.add(core)


class Offers(Installs):
    """Offers a service to all other features."""

    def __init__(self, service: object) -> None:
        super().__init__(lambda core: core.offer(service))
