"""A build hook: puts what the program reads beside its modules into the wheel, as `furlong/data`."""

from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DATA: Final = ("contracts", "schema.internal.graphql", "schema.public.graphql", "web/dist")


class WheelData(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the data to a wheel; an editable installation reads the files where they are."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files before the build.

        Raises:
            FileNotFoundError: Some are not built yet.
        """
        if version == "editable":
            return
        missing = [name for name in DATA if not Path(self.root, name).exists()]
        if missing:
            raise FileNotFoundError(f"{', '.join(missing)} missing: run `make wheel`")
        build_data["force_include"] |= {name: f"furlong/data/{name}" for name in DATA}
