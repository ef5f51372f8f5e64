"""The claims of an identity provider's tokens."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from msgspec import Meta

from backoffice.identity.addresses import is_one_address, normal_name

LOGOUT: Final = "http://schemas.openid.net/event/backchannel-logout"

Subject: TypeAlias = Annotated[str, Meta(pattern=r"\A[\x20-\x7e]{1,255}\Z")]
"""A `sub`: at most 255 ASCII characters (OpenID Connect Core, section 2)."""

Id: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255)]

Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1000)]

Email: TypeAlias = Annotated[str, Meta(pattern=r"\A[!-?A-~]{1,64}@[!-?A-~]{1,189}\Z")]
"""An address in ASCII: others could look the same, and persons are compared by it."""

Instant: TypeAlias = Annotated[float, Meta(ge=0, le=253402300799)]
"""Seconds since the epoch, up to the year 9999."""

Groups: TypeAlias = Annotated[tuple[Name, ...], Meta(max_length=1000)]


class IdClaims(
    msgspec.Struct,
    frozen=True,
    rename={"subject": "sub", "session": "sid", "issued_at": "iat"},
):
    """The claims of an ID token.

    Attributes:
        subject: The person at the provider.
        nonce: Of our attempt.
        issued_at: When the token was made.
        session: The session at the provider, for its logout.
        auth_time: When the person last signed in at the provider.
        email: The person's address; `email_verified` says whether the provider has checked it.
        name: What to call the person.
        groups: The person's groups, from the claim that the settings name.
    """

    subject: Subject
    nonce: Id
    issued_at: Instant
    session: Id | None = None
    auth_time: Instant | None = None
    email: Email | None = None
    email_verified: bool = False
    name: str | None = None
    groups: Groups = ()

    @property
    def verified_email(self) -> str | None:
        """The person's one address, as addresses are compared; None if the provider has not checked it."""
        address = normal_name(self.email or "")
        return address if self.email_verified and is_one_address(address) else None


class LogoutClaims(
    msgspec.Struct,
    frozen=True,
    rename={"token_id": "jti", "subject": "sub", "session": "sid", "expires": "exp"},
):
    """The claims of a logout token (OpenID Connect Back-Channel Logout, section 2.4).

    Attributes:
        token_id: Of this token alone: it works once.
        events: Say that it is a logout token.
        expires: When it ends.
        subject: The person who was signed out.
        session: The session at the provider that has ended.
    """

    token_id: Id
    events: dict[str, dict[str, Any]]
    expires: Instant
    subject: Subject | None = None
    session: Id | None = None


def read_id_claims(claims: Mapping[str, Any], groups: str) -> IdClaims:
    """Read the claims of an ID token; `groups` names the claim with the groups: a list, or one text.

    Raises:
        ValueError: A claim is missing, of another type, or too long.
    """
    listed = claims.get(groups)
    named = {"groups": () if listed is None else [listed] if isinstance(listed, str) else listed}
    return msgspec.convert({**claims, **named}, IdClaims)


def read_logout_claims(claims: Mapping[str, Any]) -> LogoutClaims:
    """Read the claims of a logout token.

    Raises:
        ValueError: It is not one, or a claim is missing, of another type, or too long.
    """
    logout = msgspec.convert(claims, LogoutClaims)
    if LOGOUT not in logout.events or "nonce" in claims:
        raise ValueError("not a logout token")
    if logout.session is None and logout.subject is None:
        raise ValueError("names neither a session nor a person")
    return logout
