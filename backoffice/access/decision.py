"""Decides whether a person may do something: the only place that does."""

from collections.abc import Mapping
from datetime import datetime

from backoffice.access.actor import Actor
from backoffice.access.roles import ROLES, Permission, Role
from backoffice.errors import Forbidden, StepUpRequired
from subgraphs.kit.domain.keys import ALL_BRANDS


def require(actor: Actor, permission: Permission, brand: str | None) -> None:
    """Check that a person has a permission.

    Args:
        actor: The person.
        permission: What they want to do.
        brand: The brand that it concerns; None for what concerns all brands at once.

    Raises:
        Forbidden: None of the person's roles for this brand, or for all brands, has the permission.
    """
    if not allows(actor, permission, brand):
        raise Forbidden


def allows(actor: Actor, permission: Permission, brand: str | None) -> bool:
    """Tell whether a person has a permission for a brand; None asks for all brands at once."""
    return permission is Permission.OWN or roles_allow(actor.roles, permission, brand)


def roles_allow(roles: Mapping[str, frozenset[Role]], permission: Permission, brand: str | None) -> bool:
    """Tell whether roles by brand have a permission, whoever holds them."""
    held = roles.get(ALL_BRANDS, frozenset())
    if brand is not None and brand != ALL_BRANDS:
        held |= roles.get(brand, frozenset())
    return any(permission in ROLES[role] for role in held)


def brands_with(actor: Actor, permission: Permission) -> frozenset[str]:
    """Return the brands for which a person has a permission: `*` alone if for all of them.

    A list without a brand shows the rows of these brands.
    """
    if allows(actor, permission, None):
        return frozenset({ALL_BRANDS})
    return frozenset(brand for brand in actor.roles if allows(actor, permission, brand))


def require_step_up(actor: Actor, now: datetime) -> None:
    """Check that a person has confirmed their second factor recently, before money moves.

    Raises:
        StepUpRequired: The last confirmation is missing or too old.
    """
    if actor.stepped_up_until is None or actor.stepped_up_until <= now:
        raise StepUpRequired
