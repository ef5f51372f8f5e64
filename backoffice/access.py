"""Who may do what: roles with their permissions, the person who acts, and the one place that decides.

An area adds its permissions here, with the roles that have them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, unique
from types import MappingProxyType
from typing import Final

from backoffice.errors import Forbidden, StepUpRequired
from subgraphs.kit.domain.keys import ALL_BRANDS


@unique
class Role(Enum):
    """What a person is in the back office of a brand, or of all brands."""

    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    SUPPORT = "support"
    RISK = "risk"
    OPERATOR = "operator"
    FINANCE = "finance"
    TRADER = "trader"
    ADMINISTRATOR = "administrator"


@unique
class Permission(Enum):
    """What a role allows; the part before the point is the area."""

    CONTENT_READ = "content.read"
    CONTENT_EDIT = "content.edit"
    CONTENT_APPROVE = "content.approve"
    CONTENT_PUBLISH = "content.publish"
    RULES_READ = "rules.read"
    RULES_EDIT = "rules.edit"
    RULES_TRY = "rules.try"
    RULES_APPROVE = "rules.approve"
    SUPPORT_READ = "support.read"
    SUPPORT_ADJUST = "support.adjust"
    SUPPORT_APPROVE_ADJUSTMENT = "support.approve_adjustment"
    SUPPORT_GOODWILL = "support.goodwill"
    SUPPORT_APPROVE_GOODWILL = "support.approve_goodwill"
    SUPPORT_EXPORT = "support.export"
    SUPPORT_ERASE = "support.erase"
    RISK_READ = "risk.read"
    RISK_BUDGET = "risk.budget"
    RISK_EXPORT = "risk.export"
    RISK_ASK = "risk.ask"
    """Asks questions in SQL; the role says which tables."""

    OPERATIONS_READ = "operations.read"
    OPERATIONS_CASES = "operations.cases"
    """Sees the cases of customers that wait for a person: late bets, and rewards that are held back."""

    OPERATIONS_REPLAY = "operations.replay"
    OPERATIONS_SWITCH = "operations.switch"
    OPERATIONS_PROVIDER = "operations.provider"
    OPERATIONS_WEEK = "operations.week"
    OPERATIONS_BRAND = "operations.brand"
    EVENTS_READ = "events.read"
    EVENTS_MATCH = "events.match"
    """Says which offers of providers are of one sports event."""

    EVENTS_BOARD = "events.board"
    """Sees the board of a brand: what it shows of sports, and how."""

    EVENTS_EDIT = "events.edit"
    EVENTS_APPROVE = "events.approve"
    LOBBY_READ = "lobby.read"
    LOBBY_EDIT = "lobby.edit"
    LOBBY_APPROVE = "lobby.approve"
    FINANCE_READ = "finance.read"
    FINANCE_CORRECT = "finance.correct"
    FINANCE_APPROVE = "finance.approve"
    FINANCE_CHECK = "finance.check"
    """Writes down what was found in a customer's financial check."""

    BETTING_READ = "betting.read"
    BETTING_TRADE = "betting.trade"
    """Suspends, limits, and says which part of a stake a customer may."""

    BETTING_VOID = "betting.void"
    BETTING_APPROVE = "betting.approve"
    PEOPLE_READ = "people.read"
    PEOPLE_MANAGE = "people.manage"
    APPROVALS_READ = "approvals.read"
    JOBS_READ = "jobs.read"
    AUDIT_READ = "audit.read"
    OWN = "own"
    """What each signed-in person may do with their own account, whatever their roles."""


_P = Permission
_EVERYBODY: Final = frozenset({_P.CONTENT_READ, _P.RULES_READ, _P.JOBS_READ, _P.EVENTS_BOARD, _P.LOBBY_READ})

ROLES: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.VIEWER: _EVERYBODY
        | {_P.RISK_READ, _P.RISK_ASK, _P.OPERATIONS_READ, _P.OPERATIONS_CASES, _P.EVENTS_READ},
        Role.EDITOR: _EVERYBODY
        | {
            _P.CONTENT_EDIT,
            _P.RULES_EDIT,
            _P.RULES_TRY,
            _P.EVENTS_READ,
            _P.EVENTS_EDIT,
            _P.LOBBY_EDIT,
            _P.APPROVALS_READ,
        },
        Role.APPROVER: _EVERYBODY
        | {
            _P.CONTENT_APPROVE,
            _P.CONTENT_PUBLISH,
            _P.RULES_APPROVE,
            _P.RULES_TRY,
            _P.EVENTS_APPROVE,
            _P.LOBBY_APPROVE,
            _P.APPROVALS_READ,
        },
        Role.SUPPORT: _EVERYBODY
        | {
            _P.SUPPORT_READ,
            _P.SUPPORT_ADJUST,
            _P.SUPPORT_GOODWILL,
            _P.SUPPORT_EXPORT,
            _P.SUPPORT_ERASE,
            _P.OPERATIONS_CASES,
            _P.APPROVALS_READ,
        },
        Role.RISK: _EVERYBODY
        | {
            _P.SUPPORT_READ,
            _P.SUPPORT_APPROVE_ADJUSTMENT,
            _P.SUPPORT_APPROVE_GOODWILL,
            _P.RISK_READ,
            _P.RISK_BUDGET,
            _P.RISK_EXPORT,
            _P.RISK_ASK,
            _P.OPERATIONS_READ,
            _P.OPERATIONS_CASES,
            _P.EVENTS_READ,
            _P.BETTING_READ,
            _P.APPROVALS_READ,
        },
        Role.OPERATOR: _EVERYBODY
        | {
            _P.OPERATIONS_READ,
            _P.OPERATIONS_CASES,
            _P.OPERATIONS_REPLAY,
            _P.OPERATIONS_SWITCH,
            _P.OPERATIONS_PROVIDER,
            _P.OPERATIONS_WEEK,
            _P.OPERATIONS_BRAND,
            _P.EVENTS_READ,
            _P.EVENTS_MATCH,
            _P.APPROVALS_READ,
        },
        Role.FINANCE: _EVERYBODY
        | {
            _P.FINANCE_READ,
            _P.FINANCE_CORRECT,
            _P.FINANCE_APPROVE,
            _P.FINANCE_CHECK,
            _P.APPROVALS_READ,
        },
        Role.TRADER: _EVERYBODY
        | {
            _P.EVENTS_READ,
            _P.BETTING_READ,
            _P.BETTING_TRADE,
            _P.BETTING_VOID,
            _P.BETTING_APPROVE,
            _P.APPROVALS_READ,
        },
        Role.ADMINISTRATOR: frozenset({_P.PEOPLE_READ, _P.PEOPLE_MANAGE, _P.APPROVALS_READ, _P.AUDIT_READ}),
    }
)
"""The permissions of each role. An administrator manages people, and has no part in their work.

Of finance and of traders, one person proposes and another approves: each may do both.
"""


COMMAND_LINE: Final = "os:"
"""What the id of an actor begins with who runs a command: a user of the machine, and no account."""


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
        by_session: Whether they act by a session: what they change is refused once that has ended.
    """

    user_id: str
    person: str
    name: str
    session_id: str
    address: str
    roles: Mapping[str, frozenset[Role]]
    stepped_up_until: datetime | None = None
    by_session: bool = False


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
