"""The directive that says which permission a field needs, and for which brand.

The area's service decides by `access.decision`; the directive lets a test compare each field with it, and
fails for a field that has none.
"""

from typing import Final

import strawberry
from strawberry.schema_directive import Location

from backoffice.access.roles import Permission

ANY: Final = "(any)"
"""At least one brand: the field shows what belongs to the brands for which the person has the permission."""

ALL: Final = "(all)"
"""All brands at once."""

FOUND: Final = "(found)"
"""The brand of what is found by an id; for other brands it is as if there were none."""


@strawberry.schema_directive(locations=[Location.FIELD_DEFINITION], name="permitted")
class Permitted:
    """Which permission a field needs."""

    permission: str = strawberry.directive_field(name="permission")
    brand: str = strawberry.directive_field(name="brand")


def permitted(permission: Permission, brand: str) -> Permitted:
    """Return the directive for a field.

    Args:
        permission: What the person must be permitted.
        brand: The argument that holds the brand, as `brand` or `input.brand` (null stands for `ANY`); or
            `ANY`, `ALL`, or `FOUND`.
    """
    return Permitted(permission=permission.value, brand=brand)
