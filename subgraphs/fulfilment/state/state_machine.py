"""The states of a reward after its week is confirmed, and the only transitions between them.

    CONFIRMED ──sent──▶ FULFILLING ──credited──▶ CREDITED ──used──────▶ USED
        │                 ▲     │                    ▲  └──────expired──▶ EXPIRED
        │          retried│     │review              │
        ├────review─────▶ REVIEW ──────credited──────┤
        │                 │     │                    │
        │         excluded│     │revoked             │credited: it had happened already
        │                 ▼     ▼                    │
        │           EXCLUDING  REVOKING ─────────────┘
        │                 │     │
        │       cancelled │     │ cancelled
        ▼                 ▼     ▼
    excluded ───▶ INELIGIBLE   REVOKED ◀─── revoked

If a reward may have been sent, it is never just stopped: the provider is asked to cancel it, and the
provider's answer decides. After the credit nothing is taken back.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from subgraphs.fulfilment.errors import ForbiddenTransition


class FulfilmentState(Enum):
    """The state of a confirmed week's reward.

    In REVIEW the credit failed or is in doubt, and a person decides. In EXCLUDING and REVOKING the reward may
    have been sent when the customer was excluded, or when the qualification was revoked.
    """

    CONFIRMED = "CONFIRMED"
    FULFILLING = "FULFILLING"
    REVIEW = "REVIEW"
    CREDITED = "CREDITED"
    USED = "USED"
    EXPIRED = "EXPIRED"
    EXCLUDING = "EXCLUDING"
    REVOKING = "REVOKING"
    INELIGIBLE = "INELIGIBLE"
    REVOKED = "REVOKED"


class FulfilmentEvent(Enum):
    """What happens to a reward.

    SENT is recorded before the provider is called. CANCELLED means that the provider has not credited the
    key and never will.
    """

    SENT = "sent"
    CREDITED = "credited"
    REVIEW_REQUESTED = "review requested"
    RETRIED = "retried"
    EXCLUDED = "excluded"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    USED = "used"
    EXPIRED = "expired"


class FulfilmentStatus(Enum):
    """The status that the customer sees. In REVIEW a person decides."""

    WAITING = "WAITING"
    SENT = "SENT"
    CREDITED = "CREDITED"
    REVIEW = "REVIEW"
    USED = "USED"
    EXPIRED = "EXPIRED"


_S, _E = FulfilmentState, FulfilmentEvent

TRANSITIONS: Final[Mapping[FulfilmentState, Mapping[FulfilmentEvent, FulfilmentState]]] = MappingProxyType(
    {
        _S.CONFIRMED: {
            _E.SENT: _S.FULFILLING,
            _E.REVIEW_REQUESTED: _S.REVIEW,
            _E.EXCLUDED: _S.INELIGIBLE,
            _E.REVOKED: _S.REVOKED,
        },
        _S.FULFILLING: {
            _E.SENT: _S.FULFILLING,
            _E.CREDITED: _S.CREDITED,
            _E.REVIEW_REQUESTED: _S.REVIEW,
            _E.EXCLUDED: _S.EXCLUDING,
            _E.REVOKED: _S.REVOKING,
        },
        _S.REVIEW: {
            _E.RETRIED: _S.FULFILLING,
            _E.CREDITED: _S.CREDITED,
            _E.EXCLUDED: _S.EXCLUDING,
            _E.REVOKED: _S.REVOKING,
        },
        _S.EXCLUDING: {
            _E.CREDITED: _S.CREDITED,
            _E.CANCELLED: _S.INELIGIBLE,
            _E.EXCLUDED: _S.EXCLUDING,
            _E.REVOKED: _S.EXCLUDING,
        },
        _S.REVOKING: {
            _E.CREDITED: _S.CREDITED,
            _E.CANCELLED: _S.REVOKED,
            _E.EXCLUDED: _S.EXCLUDING,
            _E.REVOKED: _S.REVOKING,
        },
        _S.CREDITED: {
            _E.USED: _S.USED,
            _E.EXPIRED: _S.EXPIRED,
            _E.EXCLUDED: _S.CREDITED,
            _E.REVOKED: _S.CREDITED,
        },
        _S.USED: {_E.EXCLUDED: _S.USED, _E.REVOKED: _S.USED},
        _S.EXPIRED: {_E.EXCLUDED: _S.EXPIRED, _E.REVOKED: _S.EXPIRED},
        _S.INELIGIBLE: {_E.EXCLUDED: _S.INELIGIBLE, _E.REVOKED: _S.INELIGIBLE},
        _S.REVOKED: {_E.EXCLUDED: _S.REVOKED, _E.REVOKED: _S.REVOKED},
    }
)

UNSENT: Final = frozenset({_S.CONFIRMED})
POSSIBLY_SENT: Final = frozenset({_S.FULFILLING, _S.REVIEW, _S.EXCLUDING, _S.REVOKING})
STOPPING: Final = frozenset({_S.EXCLUDING, _S.REVOKING})
HELD_BACK: Final = frozenset({_S.REVIEW, *STOPPING})
"""What waits for a person, or for the provider's answer to a cancellation."""

PAID: Final = frozenset({_S.CREDITED, _S.USED, _S.EXPIRED})
STOPPED: Final = frozenset({_S.INELIGIBLE, _S.REVOKED})

_CLIENT_VIEW: Final[Mapping[FulfilmentState, tuple[str, FulfilmentStatus | None]]] = MappingProxyType(
    {
        _S.CONFIRMED: ("CONFIRMED", FulfilmentStatus.WAITING),
        _S.FULFILLING: ("FULFILLING", FulfilmentStatus.SENT),
        _S.REVIEW: ("FULFILLING", FulfilmentStatus.REVIEW),
        _S.CREDITED: ("CREDITED", FulfilmentStatus.CREDITED),
        _S.USED: ("USED", FulfilmentStatus.USED),
        _S.EXPIRED: ("EXPIRED", FulfilmentStatus.EXPIRED),
        _S.EXCLUDING: ("INELIGIBLE", None),
        _S.REVOKING: ("FULFILLING", FulfilmentStatus.REVIEW),
        _S.INELIGIBLE: ("INELIGIBLE", None),
        _S.REVOKED: ("MISSED", None),
    }
)

_ORDER: Final[Mapping[FulfilmentState, int]] = MappingProxyType(
    {
        _S.CONFIRMED: 0,
        _S.FULFILLING: 1,
        _S.REVIEW: 1,
        _S.EXCLUDING: 1,
        _S.REVOKING: 1,
        _S.INELIGIBLE: 2,
        _S.REVOKED: 2,
        _S.CREDITED: 3,
        _S.USED: 4,
        _S.EXPIRED: 4,
    }
)


def next_state(state: FulfilmentState, event: FulfilmentEvent) -> FulfilmentState:
    """Return the state that follows an event.

    Raises:
        ForbiddenTransition: The event cannot happen in that state.
    """
    following = TRANSITIONS[state].get(event)
    if following is None:
        raise ForbiddenTransition(f"a {state.value} reward cannot be {event.value}")
    return following


def is_ahead(state: FulfilmentState, of: FulfilmentState) -> bool:
    """Return whether a state is further along than another.

    A database is behind its own published outcomes only if it was lost or restored from a backup.
    """
    return _ORDER[state] > _ORDER[of]


def club_state(state: FulfilmentState) -> str:
    """Return the name of the `ClubState` that the customer sees."""
    return _CLIENT_VIEW[state][0]


def fulfilment_status(state: FulfilmentState) -> FulfilmentStatus | None:
    """Return the reward's status that the customer sees; None if nothing will be paid."""
    return _CLIENT_VIEW[state][1]
