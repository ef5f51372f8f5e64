"""The person who acts, as the session or the command line knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backoffice.access.roles import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person.

    Attributes:
        user_id: The account.
        person: The human being: two accounts of one person share it, and four eyes compares persons.
        name: The name that the audit log and screens show.
        session_id: The public id of the session; never its token.
        address: The client's address.
        roles: The roles by brand, or by `ALL_BRANDS`.
        stepped_up_until: When the last step-up expires, in UTC; None without one.
    """

    user_id: str
    person: str
    name: str
    session_id: str
    address: str
    roles: Mapping[str, frozenset[Role]]
    stepped_up_until: datetime | None = None
