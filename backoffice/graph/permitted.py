"""The directive that says which permission a field needs, and for which brand.

The area's service decides, by `access.decision`. A test compares each field's directive with that decision,
and fails for a field without a directive.
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
"""The brand of the object that the id names; for other brands the object does not exist."""


@strawberry.schema_directive(locations=[Location.FIELD_DEFINITION], name="permitted")
class Permitted:
    """Which permission a field needs."""

    permission: str = strawberry.directive_field(name="permission")
    brand: str = strawberry.directive_field(name="brand")


def permitted(permission: Permission, brand: str) -> Permitted:
    """Return the directive for a field.

    Args:
        permission: The permission that the person must have.
        brand: The argument that holds the brand, as `brand` or `input.brand` (null stands for `ANY`); or
            `ANY`, `ALL`, or `FOUND`.
    """
    return Permitted(permission=permission.value, brand=brand)
