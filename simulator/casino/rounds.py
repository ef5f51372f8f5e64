"""Rounds: a bet, an outcome that is stored before anybody sees it, then a win, or a rollback.

If the simulator is killed, it rolls back bets without an answer when it starts again, and sends wins and
rollbacks until the wallet answers.
"""

import random
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final
from uuid import uuid4

from foundation.storage.clock import Clock
from simulator.casino.catalogue import UNITS, Catalogue, Dice, Game, Provider, Slot
from simulator.casino.odds import choice_of, doubles, draw, multiple
from simulator.casino.records import FreeRounds, Message, Round, Session, State
from simulator.casino.sending import Sender
from simulator.casino.store import Store
from simulator.casino.transactions import bet_body, end_message, partner_of, prize_messages
from simulator.casino.wallet_client import BALANCE, BET, OK, ROLLBACK, WIN, WalletAnswer

DEMO_BALANCE: Final = 1_000 * UNITS
MAX_KEY_LENGTH: Final = 64
COLLECT_SECONDS: Final = 300.0
_NOT_ROLLED_BACK: Final = {
    "RS_ERROR_NOT_ENOUGH_MONEY",
    "RS_ERROR_LIMIT_REACHED",
    "RS_ERROR_DUPLICATE_TRANSACTION",
}
"""By Hub88's documentation, other bets that are refused are rolled back, too."""


class NotPlayed(Exception):
    """Nothing was done.

    Attributes:
        code: Why: `stake`, `choice`, `key`, `soon`, `open`, `wait` or `off`.
        seconds: After how long it is worth another attempt.
    """

    def __init__(self, code: str, seconds: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Turn:
    """How a round stands, and what the player has after it; None if the wallet did not say."""

    round: Round
    balance: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page asks for.

    Attributes:
        key: The page's, under which a round is played once.
        stake: In pounds or euros, as the catalogue has it.
        choice: What is bet on, with dice.
    """

    key: str
    stake: Decimal
    choice: str = ""


@dataclass(frozen=True, slots=True)
class Rounds:
    """Plays a provider's rounds.

    Attributes:
        source: Decides what games show.
        collect_seconds: After how long without a deed an open round is collected.
    """

    provider: Provider
    catalogue: Catalogue
    store: Store
    sender: Sender
    clock: Clock
    source: random.Random
    collect_seconds: float = COLLECT_SECONDS

    def game_of(self, session: Session) -> Game:
        """Return a session's game.

        Raises:
            NotPlayed: It is there no more, or switched off.
        """
        game = self.provider.game(session.game)
        if game is None or not self.store.is_on(session.provider, session.game):
            raise NotPlayed("off")
        return game

    async def balance(self, session: Session) -> WalletAnswer | None:
        """Ask what a player can stake."""
        if session.is_demo:
            return WalletAnswer(OK, self._session(session.id).balance)
        asked = {"user": session.user, "token": session.token, "game_code": session.game}
        return await self.sender.wallet.ask(BALANCE, asked | partner_of(session))

    async def play(self, session: Session, wanted: Wanted) -> Turn:
        """Play a round; under a key that is known, only return how its round stands.

        Raises:
            NotPlayed: It cannot be played so, or not yet.
        """
        before = self.store.round_under(session.id, wanted.key)
        if before is not None:
            if before.state is State.BETTING:
                raise NotPlayed("wait", 1.0)
            return Turn(before, None)
        game = self.game_of(session)
        self._check(session, game, wanted)
        begun = self._begun(session, game, wanted)
        if session.is_demo:
            answer: WalletAnswer | None = self._demo_answer(session, begun.stake)
        else:
            answer = await self.sender.wallet.ask(BET, bet_body(session, begun))
        if answer is not None and answer.status == OK:
            return await self._drawn(session, game, begun, answer)
        return await self._not_made(session, begun, answer)

    async def double(self, session: Session, id_: str, times: int) -> Turn:
        """Double or lose the win of an open round, if it was tried so often before.

        Raises:
            NotPlayed: There is no such round, or it can be doubled no more.
        """
        open_round = self._own(session, id_)
        game = self.game_of(session)
        if open_round.state is not State.OPEN or open_round.doubled != times:
            return Turn(open_round, None)
        if not isinstance(game, Dice) or not self.can_double(game, open_round):
            raise NotPlayed("choice")
        win = open_round.win * 2 if doubles(self.source) else 0
        changed = replace(open_round, win=win, doubled=open_round.doubled + 1, due=self._due())
        if win and self.can_double(game, changed):
            with self.store.transaction():
                self.store.put_round(changed)
            return Turn(changed, None)
        return await self._closed(changed)

    async def collect(self, session: Session, id_: str) -> Turn:
        """Close an open round, and pay its win.

        Raises:
            NotPlayed: There is no such round.
        """
        open_round = self._own(session, id_)
        if open_round.state is not State.OPEN:
            return Turn(open_round, None)
        return await self._closed(open_round)

    async def collect_due(self) -> None:
        """Collect for players what they have left open for too long."""
        for due in self.store.rounds_in(State.OPEN, self.provider.name, self._now()):
            current = self.store.round(due.id)  # while another one was paid, the player may have acted
            if current == due:
                await self._closed(due)

    def resume(self) -> None:
        """Roll back the bets whose answers came too late: the simulator was killed before."""
        for begun in self.store.rounds_in(State.BETTING, self.provider.name):
            with self.store.transaction():
                self._undo(self._session(begun.session), begun, None)

    def can_double(self, game: Game, open_round: Round) -> bool:
        """Tell whether a round's win may be doubled once more."""
        return isinstance(game, Dice) and bool(open_round.win) and open_round.doubled < game.doubles

    def seconds_to_wait(self, session: Session, game: Game) -> float:
        """Return after how long a player may begin the next round."""
        newest = self.store.newest_round(session)
        if newest is None:
            return 0.0
        seconds = self.catalogue.pace_of(game, session.country).seconds
        left = newest.begun + seconds - self._now()
        return left if 0 < left <= seconds else 0.0

    def _check(self, session: Session, game: Game, wanted: Wanted) -> None:
        if not 0 < len(wanted.key) <= MAX_KEY_LENGTH:
            raise NotPlayed("key")
        if wanted.stake not in self.catalogue.stakes_of(game, session.country):
            raise NotPlayed("stake")
        if isinstance(game, Slot) != (not wanted.choice):
            raise NotPlayed("choice")
        if isinstance(game, Dice) and choice_of(game, wanted.choice) is None:
            raise NotPlayed("choice")
        newest = self.store.newest_round(session)
        if newest is not None and newest.state is State.BETTING:
            raise NotPlayed("wait", 1.0)
        if newest is not None and newest.state is State.OPEN:
            raise NotPlayed("open")
        if seconds := self.seconds_to_wait(session, game):
            raise NotPlayed("soon", seconds)

    def _begun(self, session: Session, game: Game, wanted: Wanted) -> Round:
        """Store that a round begins: before the wallet is asked."""
        free = self.free_rounds(session, game)
        begun = Round(
            id=uuid4().hex,
            session=session.id,
            key=wanted.key,
            provider=session.provider,
            game=session.game,
            user=session.player,
            bet=str(uuid4()),
            reward="" if free is None else free.id,
            stake=self.catalogue.units(wanted.stake, session.currency) if free is None else free.stake,
            choice=wanted.choice,
            begun=self._now(),
        )
        with self.store.transaction():
            self.store.add_round(begun)
            self.store.use(begun.reward, 1)
        return begun

    def give(self, given: FreeRounds) -> None:
        """Give a customer free rounds, once under an id."""
        with self.store.transaction():
            if given.id not in {before.id for before in self.store.all_free_rounds()}:
                self.store.give(given)

    def award(self, session: Session, prize: str, amount: int) -> None:
        """Give the customer of a session a prize, once under an id, in units; the session may have ended."""
        with self.store.transaction():
            if self.store.message_of(prize) is None:
                for message in prize_messages(session, prize, amount):
                    self.store.add_message(message)

    def free_rounds(self, session: Session, game: Game) -> FreeRounds | None:
        """Return the free rounds that are played next, if there are any."""
        is_possible = isinstance(game, Slot) and not session.is_demo
        return self.store.free_rounds(session) if is_possible else None

    async def _drawn(self, session: Session, game: Game, begun: Round, answer: WalletAnswer) -> Turn:
        """Store what a round shows; if it cannot be doubled, it is over."""
        shown = draw(game, self.source)
        win = int(begun.stake * multiple(game, begun.choice, shown))
        drawn = replace(begun, state=State.OPEN, shown=shown, win=win, due=self._now())
        if is_open := self.can_double(game, drawn):
            drawn = replace(drawn, due=self._due())
        with self.store.transaction():
            self.store.put_round(drawn)
            balance = self._move_demo(session, -drawn.stake) if session.is_demo else answer.balance
        return Turn(drawn, balance) if is_open else await self._closed(drawn)

    async def _closed(self, ended: Round) -> Turn:
        """Store how a round has ended, with what the wallet has to be told of it; then tell it."""
        closed = replace(ended, state=State.CLOSED)
        session = self._session(closed.session)
        message = end_message(session, closed, WIN, amount=closed.win, currency=session.currency)
        with self.store.transaction():
            self.store.put_round(closed)
            if session.is_demo:
                return Turn(closed, self._move_demo(session, closed.win))
            self.store.add_message(message)
        answer = await self.sender.send(message)
        return Turn(closed, None if answer is None else answer.balance)

    async def _not_made(self, session: Session, begun: Round, answer: WalletAnswer | None) -> Turn:
        """Store that a bet was refused, or is in doubt and never made."""
        with self.store.transaction():
            changed, message = self._undo(session, begun, answer)
        if message is not None:
            await self.sender.send(message)
        return Turn(changed, None if answer is None else answer.balance)

    def _undo(
        self, session: Session, begun: Round, answer: WalletAnswer | None
    ) -> tuple[Round, Message | None]:
        status = "" if answer is None else answer.status
        is_refused = answer is not None and answer.is_final
        changed = replace(begun, state=State.REFUSED if is_refused else State.UNDONE, status=status)
        self.store.put_round(changed)
        self.store.use(begun.reward, -1)
        if session.is_demo or status in _NOT_ROLLED_BACK:
            return changed, None
        message = end_message(session, begun, ROLLBACK)
        self.store.add_message(message)
        return changed, message

    def _demo_answer(self, session: Session, stake: int) -> WalletAnswer:
        has = self._session(session.id).balance
        return WalletAnswer(OK if has >= stake else "RS_ERROR_NOT_ENOUGH_MONEY", has)

    def _move_demo(self, session: Session, amount: int) -> int:
        balance = self._session(session.id).balance + amount
        self.store.set_balance(session.id, balance)
        return balance

    def _own(self, session: Session, id_: str) -> Round:
        own = self.store.round(id_)
        if own is None or (own.provider, own.user, own.game) != (
            session.provider,
            session.player,
            session.game,
        ):
            raise NotPlayed("choice")
        return own

    def _session(self, id_: str) -> Session:
        session = self.store.session(id_)
        if session is None:  # a round refers to its session, and sessions stay
            raise LookupError(id_)
        return session

    def _now(self) -> float:
        return self.clock.now().timestamp()

    def _due(self) -> float:
        return self._now() + self.collect_seconds
