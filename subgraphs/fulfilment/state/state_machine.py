"""The life of a reward after its week is confirmed: what may follow on what, and nothing else.

    CONFIRMED ──sent──▶ FULFILLING ──credited──▶ CREDITED ──used──────▶ USED
        │                 ▲     │                    ▲  └──────expired──▶ EXPIRED
        │          retried│     │doubted             │
        ├────doubted────▶ REVIEW ──────credited──────┤
        │                 │     │                    │
        │         excluded│     │revoked             │credited: it had happened already
        │                 ▼     ▼                    │
        │           EXCLUDING  REVOKING ─────────────┘
        │                 │     │
        │       cancelled │     │ cancelled
        ▼                 ▼     ▼
    excluded ───▶ INELIGIBLE   REVOKED ◀─── revoked

A reward that was perhaps sent is never just stopped: the provider is asked to cancel it, and what the
provider says happened is what happened. After the credit nothing is taken back.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final


class FulfilmentState(Enum):
    """Where the reward of a confirmed week stands.

    REVIEW is failed or in doubt, and waits for a person. EXCLUDING and REVOKING were perhaps sent when the
    customer was excluded, or the qualification taken back.
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

    SENT is written down before the provider is called; CANCELLED means that the provider will not credit
    the key any more, and has not done so.
    """

    SENT = "sent"
    CREDITED = "credited"
    DOUBTED = "doubted"
    RETRIED = "retried"
    EXCLUDED = "excluded"
    REVOKED = "revoked"
    CANCELLED = "cancelled"
    USED = "used"
    EXPIRED = "expired"


class FulfilmentStatus(Enum):
    """What the customer is told. REVIEW: failed or in doubt at the provider; a person decides."""

    WAITING = "WAITING"
    SENT = "SENT"
    CREDITED = "CREDITED"
    REVIEW = "REVIEW"
    USED = "USED"
    EXPIRED = "EXPIRED"


class ForbiddenTransition(Exception):
    """An event that cannot happen in a state."""


_S, _E = FulfilmentState, FulfilmentEvent

TRANSITIONS: Final[Mapping[FulfilmentState, Mapping[FulfilmentEvent, FulfilmentState]]] = MappingProxyType(
    {
        _S.CONFIRMED: {
            _E.SENT: _S.FULFILLING,
            _E.DOUBTED: _S.REVIEW,
            _E.EXCLUDED: _S.INELIGIBLE,
            _E.REVOKED: _S.REVOKED,
        },
        _S.FULFILLING: {
            _E.SENT: _S.FULFILLING,
            _E.CREDITED: _S.CREDITED,
            _E.DOUBTED: _S.REVIEW,
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
PERHAPS_SENT: Final = frozenset({_S.FULFILLING, _S.REVIEW, _S.EXCLUDING, _S.REVOKING})
STOPPING: Final = frozenset({_S.EXCLUDING, _S.REVOKING})
PAID: Final = frozenset({_S.CREDITED, _S.USED, _S.EXPIRED})
STOPPED: Final = frozenset({_S.INELIGIBLE, _S.REVOKED})

_SHOWN: Final[Mapping[FulfilmentState, tuple[str, FulfilmentStatus | None]]] = MappingProxyType(
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


_PROGRESS: Final[Mapping[FulfilmentState, int]] = MappingProxyType(
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


def is_ahead(state: FulfilmentState, of: FulfilmentState) -> bool:
    """Tell whether a reward has come further in one state than in another.

    What a database holds is never behind what it published. If it is, the database was lost or restored.
    """
    return _PROGRESS[state] > _PROGRESS[of]


def after(state: FulfilmentState, event: FulfilmentEvent) -> FulfilmentState:
    """The state that follows.

    Raises:
        ForbiddenTransition: the event cannot happen in that state.
    """
    following = TRANSITIONS[state].get(event)
    if following is None:
        raise ForbiddenTransition(f"{event.value} cannot follow on {state.value}")
    return following


def club_state(state: FulfilmentState) -> str:
    """The name of the `ClubState` that the customer sees."""
    return _SHOWN[state][0]


def status(state: FulfilmentState) -> FulfilmentStatus | None:
    """What the customer is told of the reward; None when there will be none."""
    return _SHOWN[state][1]
