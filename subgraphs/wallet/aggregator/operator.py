"""What is answered to an aggregator: bets, wins and rollbacks, each processed once, and balances.

Every step can be repeated: the intent is written first, money moves under ids that follow from it, and the
outcome last. Whatever is in doubt is answered with `Status.UNKNOWN`: Hub88 then rolls back a bet, and repeats
a win or a rollback.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import structlog
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.cells.pseudonym import is_pseudonym
from foundation.storage.clock import Clock
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.domain.products import Product
from subgraphs.kit.game_rules import EVERY_GAME, AllowedGames, GameRules
from subgraphs.kit.records.outbox import Outbox
from subgraphs.wallet.aggregator.game_money import GameMoney
from subgraphs.wallet.aggregator.game_states import GameStates
from subgraphs.wallet.aggregator.greatest_wins import USUAL_WINS, GreatestWins, case_of_win
from subgraphs.wallet.aggregator.money_requests import (
    MoneyRequest,
    Refused,
    bet_of,
    check_session,
    is_prize,
    is_theirs,
    transaction_of,
)
from subgraphs.wallet.aggregator.providers import UNNAMED
from subgraphs.wallet.aggregator.sessions import GameSession, GameSessions
from subgraphs.wallet.aggregator.transaction_ids import TransactionIds
from subgraphs.wallet.aggregator.transactions import GameTransaction, GameTransactions, Kind
from subgraphs.wallet.funds.attempts import unless_unavailable
from subgraphs.wallet.funds.codes import AccountCode
from subgraphs.wallet.models import OUTBOX, PAYMENTS, REFERENCE, SEAMLESS
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.payments.records.cases import Case, open_case
from subgraphs.wallet.seamless.messages import (
    BalanceRequest,
    BetRequest,
    Response,
    RollbackRequest,
    Status,
    UserInfoRequest,
    UserInfoResponse,
    WinRequest,
    WrongMessage,
    units,
)

log = structlog.get_logger("seamless")
_WITH_BALANCE: Final = {Status.OK, Status.NOT_ENOUGH_MONEY, Status.LIMIT_REACHED}


class _TooGreat(Refused):
    """A win is above the most: it is repeated, and a person looks at it meanwhile."""

    def __init__(self, case: Case) -> None:
        super().__init__(Status.UNKNOWN)
        self.case = case


@dataclass(frozen=True, slots=True)
class Operator:
    """Answers the requests of one provider of games about one installation's customers.

    Attributes:
        ids: Which transactions are the provider's whose key has signed the requests.
        brands: Which brand a `sub_partner_id` is; under "" the brand of requests without one.
        machine: The machine's clock, by which sessions end and transactions grow old.
        rules: Which games may be played where: of another one no bet is taken, but wins are paid.
        greatest: The most that a win may be.
    """

    wallet: OpenedWallet
    money: GameMoney
    sessions: GameSessions
    transactions: GameTransactions
    ids: TransactionIds
    states: GameStates
    brands: Mapping[str, str]
    machine: Clock
    rules: GameRules = EVERY_GAME
    greatest: GreatestWins = USUAL_WINS

    @classmethod
    def of(
        cls,
        wallet: OpenedWallet,
        brands: Mapping[str, str],
        rules: GameRules = EVERY_GAME,
        greatest: GreatestWins = USUAL_WINS,
    ) -> "Operator":
        """Put the parts together."""
        machine = wallet.clock.machine
        sessions = GameSessions(wallet.database, SEAMLESS.session, machine)
        transactions = GameTransactions(SEAMLESS.transaction)
        states = GameStates(transactions, Outbox(OUTBOX))
        return cls(
            wallet=wallet,
            money=GameMoney(wallet),
            sessions=sessions,
            transactions=transactions,
            ids=TransactionIds(transactions),
            states=states,
            brands=brands,
            machine=machine,
            rules=rules,
            greatest=greatest,
        )

    def acting_for(self, provider: str, *, are_several: bool) -> "Operator":
        """Return what answers a provider."""
        return dataclasses.replace(self, ids=TransactionIds(self.transactions, provider, are_several))

    @property
    def provider(self) -> str:
        """Return whose key has signed the requests; "" of the only one, which acts in all sessions."""
        return self.ids.provider

    async def user_info(self, asked: UserInfoRequest) -> UserInfoResponse:
        """Answer who a customer is; nothing is said of whom no account message names."""
        brand = self.brands.get(asked.sub_partner_id or "")
        if brand is None:
            return UserInfoResponse(status=Status.INVALID_PARTNER, request_uuid=asked.request_uuid)
        owner = Owner(brand, asked.user)
        async with self.wallet.database.read() as connection:
            accounts = await ReferenceRepository(REFERENCE).accounts(connection, {owner})
        if owner not in accounts:
            return UserInfoResponse(status=Status.UNKNOWN, request_uuid=asked.request_uuid)
        return UserInfoResponse(
            status=Status.OK,
            request_uuid=asked.request_uuid,
            user=asked.user,
            country=accounts[owner].jurisdiction[:2],
            sub_partner_id=asked.sub_partner_id,
        )

    async def balance(self, asked: BalanceRequest) -> Response:
        """Answer what a customer can stake in a session that has not ended."""
        try:
            session = await self._session(asked)
        except Refused as error:
            return _answer(asked, error.status)
        balance = await unless_unavailable(self._balance(session.owner, session.currency), None)
        if balance is None:
            return _answer(asked, Status.UNKNOWN)
        return _answer(asked, Status.OK, session.currency, balance)

    async def transact(self, asked: MoneyRequest) -> Response:
        """Process a bet, a win or a rollback once, and answer with the balance after it."""
        return await unless_unavailable(self._transact(asked), _answer(asked, Status.UNKNOWN))

    async def _transact(self, asked: MoneyRequest) -> Response:
        try:
            transaction = await self._stored(asked)
        except _TooGreat as error:
            async with self.wallet.database.write() as connection:
                await open_case(connection, PAYMENTS, error.case)
            log.warning("win_above_the_most", transaction=asked.transaction_uuid)
            return _answer(asked, error.status)
        except (Refused, WrongMessage) as error:
            return _answer(asked, error.status)
        status = _status(transaction)
        if status is None and (status := await self._process(transaction)) is not None:
            async with self.wallet.database.write() as connection:
                now = await self.machine.at(connection)
                await self.states.end(connection, transaction, status, now)
            status = await self._outcome(transaction)
        status = Status.UNKNOWN if status is None else status
        if status not in _WITH_BALANCE:
            return _answer(asked, status)
        currency = transaction.currency or await self._currency(transaction)
        return _answer(asked, status, currency, await self._balance(transaction.owner, currency))

    async def _stored(self, asked: MoneyRequest) -> GameTransaction:
        """Return a request's transaction as it is stored: an intent if it comes for the first time."""
        is_bet = isinstance(asked, BetRequest) and not is_prize(asked)
        allowed = await self.rules.present() if is_bet else None
        async with self.wallet.database.write() as connection:
            session = await self._session_of(connection, asked)
            brand = self._brand(asked, session)
            now = await self.machine.at(connection)
            wanted = replace(transaction_of(asked, brand, now), provider=self.provider)
            wanted, stored = await self.ids.as_stored(connection, wanted)
            known = stored.get(wanted.transaction_uuid)
            if known is None:
                if allowed is not None and session is not None:
                    await self._check_game(connection, asked, session, allowed)
                bet = stored.get(wanted.reference or "")
                intent = await self._intent(connection, asked, wanted, session, bet)
                known = await self.ids.added(connection, intent)
        if known.kind is Kind.NEVER:
            raise Refused(Status.TRANSACTION_DOES_NOT_EXIST)
        if is_pseudonym(known.customer_id):
            wanted = replace(wanted, customer_id=known.customer_id)
        if not known.is_same(wanted):
            raise Refused(Status.DUPLICATE_TRANSACTION)
        return known

    async def _session_of(
        self, connection: AsyncConnection, asked: MoneyRequest | BalanceRequest
    ) -> GameSession | None:
        """Return the session of a request; None if there is none at this provider."""
        session = await self.sessions.find(connection, asked.token)
        if session is None or session.provider in {self.provider, UNNAMED} or self.provider == UNNAMED:
            return session
        log.warning("session_of_another_provider", provider=self.provider, request=asked.request_uuid)
        return None

    async def _check_game(
        self, connection: AsyncConnection, asked: MoneyRequest, session: GameSession, allowed: AllowedGames
    ) -> None:
        """Refuse a bet on a game that may not be played where the customer is."""
        owner, reference = session.owner, ReferenceRepository(REFERENCE)
        account = (await reference.accounts(connection, {owner})).get(owner)
        brand = (await reference.brands(connection, {owner.brand})).get(owner.brand)
        where = account.jurisdiction if account else brand.default_jurisdiction if brand else ""
        at = await self.wallet.clock.at(connection)
        if not allowed.allows(owner.brand, self.provider, asked.game_code, where, at):
            log.warning(
                "bet_on_a_game_not_allowed",
                provider=self.provider,
                game=asked.game_code,
                jurisdiction=where,
            )
            raise Refused(Status.INVALID_GAME)

    async def _intent(
        self,
        connection: AsyncConnection,
        asked: MoneyRequest,
        wanted: GameTransaction,
        session: GameSession | None,
        bet: GameTransaction | None,
    ) -> GameTransaction:
        """Return what to store of a request that comes for the first time; of a win, its bet is given."""
        match asked:
            case BetRequest():
                check_session(asked, session, wanted.created_at)
                is_in_round = bool(asked.round) and not wanted.is_prize
                if is_in_round and await self.transactions.is_closed(connection, wanted):
                    log.warning(
                        "bet_in_closed_round", provider=self.provider, transaction=asked.transaction_uuid
                    )
                    raise Refused(Status.UNKNOWN)
                return wanted
            case WinRequest():
                bet = bet_of(wanted, bet)
                is_of_supplier = wanted.is_prize or bet.is_prize
                won = replace(wanted, customer_id=bet.customer_id, is_prize=is_of_supplier)
                if won.amount_minor > (most := self.greatest.of(won)):
                    raise _TooGreat(case_of_win(won, most, won.created_at))
                return won
            case RollbackRequest():
                return await self._taking_back(connection, asked, wanted)

    async def _taking_back(
        self, connection: AsyncConnection, asked: RollbackRequest, wanted: GameTransaction
    ) -> GameTransaction:
        """Note that what a rollback names is taken back, or never is if it has not come yet."""
        if asked.reference_transaction_uuid == asked.transaction_uuid:
            raise Refused(Status.WRONG_SYNTAX)
        never = replace(
            wanted,
            transaction_uuid=wanted.reference or "",
            kind=Kind.NEVER,
            reference=None,
            round_closed=False,
            status=Status.TRANSACTION_DOES_NOT_EXIST,
            is_rolled_back=True,
        )
        taken = await self.ids.added(connection, never)
        if taken.kind is Kind.ROLLBACK or not is_theirs(wanted, taken):
            log.warning(
                "rollback_of_another_kind_or_customer",
                provider=self.provider,
                transaction=asked.transaction_uuid,
            )
            raise Refused(Status.TRANSACTION_DOES_NOT_EXIST)
        await self.transactions.roll_back(connection, taken)
        return replace(wanted, customer_id=taken.customer_id, reference=taken.transaction_uuid)

    async def _process(self, transaction: GameTransaction) -> Status | None:
        """Do what a transaction says, as far as it has not been done; None while it is in doubt."""
        if transaction.kind is Kind.BET:
            return await self.money.take(transaction)
        reference = await self._referenced(transaction)
        if transaction.kind is Kind.WIN:
            return None if reference is None else await self.money.pay(transaction, reference)
        if reference is None or reference.kind is Kind.NEVER:
            return Status.OK
        if reference.kind is Kind.BET:
            return await self.money.give_back(reference)
        paid = reference.status
        if paid is None:
            bet = await self._referenced(reference)
            paid = None if bet is None else await self.money.pay(reference, bet)
        if paid is None:
            return None
        return await self.money.reclaim(reference) if paid is Status.OK else Status.OK

    async def _referenced(self, transaction: GameTransaction) -> GameTransaction | None:
        async with self.wallet.database.read() as connection:
            brand, reference = transaction.brand_id, transaction.reference or ""
            return await self.transactions.find(connection, brand, reference)

    async def _outcome(self, transaction: GameTransaction) -> Status | None:
        """Return what has become of a transaction: another request may have been faster."""
        async with self.wallet.database.read() as connection:
            found = await self.transactions.find(
                connection, transaction.brand_id, transaction.transaction_uuid
            )
        return None if found is None else _status(found)

    async def _session(self, asked: BalanceRequest) -> GameSession:
        async with self.wallet.database.read() as connection:
            session = await self._session_of(connection, asked)
            now = await self.machine.at(connection)
        self._brand(asked, session)
        if session is None or session.owner.customer != asked.user:
            raise Refused(Status.INVALID_TOKEN)
        if session.ends_at <= now:
            raise Refused(Status.TOKEN_EXPIRED)
        return session

    def _brand(self, asked: MoneyRequest | BalanceRequest, session: GameSession | None) -> str:
        """Return the brand of a request: its session's, or that of its partner if it has none."""
        stated = self.brands.get(asked.sub_partner_id or "")
        if session is not None and (stated == session.owner.brand or not asked.sub_partner_id):
            return session.owner.brand
        if session is not None or stated is None:
            raise Refused(Status.INVALID_PARTNER)
        return stated

    async def _currency(self, rollback: GameTransaction) -> str:
        reference = await self._referenced(rollback)
        if reference is not None and reference.currency:
            return reference.currency
        return (await self.wallet.standing_of(rollback.owner)).currency

    async def _balance(self, owner: Owner, currency: str) -> int:
        """Return what a customer can stake on games now, in 1/100,000."""
        wallet = self.wallet
        async with wallet.database.read() as connection:
            now = await wallet.clock.at(connection)
        paying = [
            account.id
            for account in await wallet.accounts.of(owner)
            if account.currency == currency
            and (
                account.code is AccountCode.CASH
                or (account.code is AccountCode.BONUS and account.pays(Product.CASINO, now))
            )
        ]
        sums = await wallet.ledger.lookup_accounts(paying)
        return units(sum(a.credits_posted - a.debits_posted - a.debits_pending for a in sums), currency)


def _status(known: GameTransaction) -> Status | None:
    """Return what is answered of a transaction: a bet that was rolled back was never made."""
    is_gone = known.kind is Kind.BET and known.is_rolled_back and known.status is Status.OK
    return Status.TRANSACTION_DOES_NOT_EXIST if is_gone else known.status


def _answer(
    asked: MoneyRequest | BalanceRequest,
    status: Status,
    currency: str | None = None,
    balance: int | None = None,
) -> Response:
    return Response(
        status=status, request_uuid=asked.request_uuid, user=asked.user, currency=currency, balance=balance
    )
