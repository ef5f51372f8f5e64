"""An account with its roles, who manages it, and what the audit log keeps of it."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.access import Actor, Permission, require
from backoffice.audit.canonical_json import Json
from backoffice.errors import Forbidden, Stale
from backoffice.identity.users import Roles, User
from subgraphs.kit.domain.keys import ALL_BRANDS

Lapse: TypeAlias = Callable[[AsyncConnection, Actor, str, Roles, str], Awaitable[None]]
"""Ends what an account has proposed and may not propose with these roles, and says why."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account with its roles."""

    user: User
    roles: Roles

    @property
    def brands(self) -> Iterable[str]:
        """Return the brands of its roles; an account without any is for those who manage all brands."""
        return self.roles or (ALL_BRANDS,)

    def require_revision(self, revision: int) -> None:
        """Check that it is as somebody saw it.

        Raises:
            Stale: It was changed since.
        """
        if self.user.revision != revision:
            raise Stale("This account was changed meanwhile.", self.user.revision)

    def shown(self) -> Json:
        """Return what the audit log keeps of it: no credentials."""
        return {
            "login": self.user.login,
            "name": self.user.name,
            "person": self.user.person,
            "status": self.user.status.value,
            "second_factor": self.user.totp_confirmed,
            "provider": self.user.oidc_issuer,
            "roles": roles_to_json(self.roles),
        }


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an account is added with.

    Attributes:
        person: The human being; by default the login.
    """

    login: str
    name: str
    roles: Roles
    person: str | None = None


def roles_to_json(roles: Roles) -> Json:
    """Return roles as the audit log keeps them."""
    return {brand: sorted(role.value for role in held) for brand, held in roles.items()}


def require_managed(actor: Actor, brands: Iterable[str]) -> None:
    """Check that somebody manages the accounts of brands.

    Raises:
        Forbidden: They do not, of one of them.
    """
    for brand in brands or (ALL_BRANDS,):
        require(actor, Permission.PEOPLE_MANAGE, None if brand == ALL_BRANDS else brand)


def require_another(actor: Actor, user: User) -> None:
    """Check that somebody changes another person's account.

    Raises:
        Forbidden: It is their own.
    """
    if actor.user_id == user.user_id or actor.person == user.person:
        raise Forbidden("You can't change your own account. Ask another administrator.")
