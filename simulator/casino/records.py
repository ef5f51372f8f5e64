"""What providers keep: sessions, rounds, what the wallet has to be told, and free rounds."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """How a round stands."""

    BETTING = "betting"
    """The wallet was asked, and has not answered."""
    OPEN = "open"
    """It has won, and may be doubled or collected."""
    CLOSED = "closed"
    REFUSED = "refused"
    """The wallet has refused the bet."""
    UNDONE = "undone"
    """Nobody knows what became of the bet: it is rolled back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A game that somebody has opened.

    Attributes:
        user: "" for play without money.
        lobby: Where the operator's lobby is; "" if nobody said.
        opened: In seconds since the epoch.
        balance: Of play without money, in 1/100,000.
    """

    id: str
    provider: str
    game: str
    user: str
    token: str
    currency: str
    lang: str
    country: str
    partner: str
    lobby: str
    opened: float
    balance: int

    @property
    def is_demo(self) -> bool:
        """Tell whether no money is played for."""
        return not self.user

    @property
    def player(self) -> str:
        """Return whose pace it is: a customer's over all sessions."""
        return self.user or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round; amounts are in 1/100,000 of the session's currency.

    Attributes:
        key: The page's, under which the round is played once.
        user: The player.
        bet: The bet's `transaction_uuid`.
        reward: The free rounds that it is one of; "" if the customer pays.
        choice: What was bet on, with dice.
        shown: Where reels stopped, or what dice show; empty until the bet is made.
        doubled: How often the win was doubled, or tried to be.
        begun: In seconds since the epoch.
        due: When it is collected for the customer, if it is open.
        status: What the wallet said of a bet that it refused.
    """

    id: str
    session: str
    key: str
    provider: str
    game: str
    user: str
    bet: str
    reward: str = ""
    state: State = State.BETTING
    stake: int
    choice: str = ""
    shown: tuple[int, ...] = ()
    win: int = 0
    doubled: int = 0
    begun: float
    due: float = 0.0
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the wallet has to be told until it answers.

    Attributes:
        id: The `transaction_uuid`.
        due: When it is sent next; None if no more.
        status: What the wallet answered; "" before that.
    """

    id: str
    provider: str
    path: str
    round: str
    body: dict[str, Any] = field(default_factory=dict)
    attempts: int = 0
    due: float | None = 0.0
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeRounds:
    """Rounds that a customer need not pay."""

    id: str
    provider: str
    game: str
    user: str
    currency: str
    stake: int
    given: int
    left: int
