"""A plugin of pytest: gives Strawberry names that its tests of an earlier release import."""

from typing import Any, Final, cast

import strawberry.utils

EARLIER: Final = {"IS_GQL_32": False}
"""By name what `strawberry.utils` had; tests choose by it what they expect from graphql-core."""

for name, value in EARLIER.items():
    if not hasattr(strawberry.utils, name):
        setattr(cast("Any", strawberry.utils), name, value)
