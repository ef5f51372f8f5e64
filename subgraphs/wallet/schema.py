"""The wallet's part of the graph: a customer's money, limits and breaks."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import cache
from typing import Final, Protocol

import strawberry
from strawberry import ID, Info
from strawberry.federation.schema_directives import Cost, Tag

from subgraphs.kit.auth import Viewer
from subgraphs.kit.domain.bounds import check
from subgraphs.kit.domain.errors import Unauthenticated
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.graphql.descriptions import fields_described
from subgraphs.kit.graphql.platform_errors import PlatformError
from subgraphs.kit.graphql.schema_building import CUSTOMER, SubgraphSchema, build_schema
from subgraphs.kit.live.watches import customer_key
from subgraphs.kit.mutations.refusals import Refusal
from subgraphs.kit.settings import Execution
from subgraphs.wallet.limit_types import (
    SEVERAL,
    AcknowledgePromptInput,
    DeclineLimitInput,
    Limit,
    LimitPayload,
    SelfExcludeInput,
    SetLimitInput,
    TakeBreakInput,
    given,
)
from subgraphs.wallet.loaders import WalletContext
from subgraphs.wallet.paying.answers import Answer
from subgraphs.wallet.paying.payment_types import (
    AddBankAccountInput,
    BankAccountPayload,
    DepositInput,
    PaymentMethod,
    PaymentPayload,
    RemoveBankAccountInput,
    WithdrawInput,
)
from subgraphs.wallet.paying.requests import Asked, Customer
from subgraphs.wallet.payments.payment import Direction
from subgraphs.wallet.seamless.operator_wallets import AT_OPERATOR
from subgraphs.wallet.wallet_state import WalletState
from subgraphs.wallet.wallet_types import Wallet

WalletInfo = Info[WalletContext, None]
CHANGE_COST: Final = 5
"""What a change of limits costs of a request's points: it locks the customer, and waits for the disk."""


@fields_described
@strawberry.type
class Query:
    """Reads of the wallet."""

    @strawberry.field
    async def wallet(self, info: WalletInfo, brand: ID) -> Wallet | None:
        """The customer's own money. Null without an error for an anonymous visitor."""
        viewer = info.context.of_brand(brand)
        if viewer is None:
            return None
        return await _wallet(info.context, viewer.owner)

    @strawberry.field(directives=[SEVERAL])
    async def payment_methods(
        self, info: WalletInfo, brand: ID, direction: Direction
    ) -> list[PaymentMethod] | None:
        """The ways to pay that the customer has. Null for a visitor, and for an operator's wallet."""
        viewer = info.context.of_brand(brand)
        if viewer is None or info.context.operators.is_operators(brand):
            return None
        return await _methods(info.context, await info.context.wallet_of(viewer.owner), direction)


@fields_described
@strawberry.type
class Mutation:
    """What a customer can ask of their limits."""

    @strawberry.federation.mutation(directives=[Cost(weight=CHANGE_COST)], tags=[CUSTOMER])
    async def set_limit(self, info: WalletInfo, input: SetLimitInput) -> LimitPayload:  # noqa: A002 - the contract's name
        """Lower at once; higher after the cooling period.

        It is confirmed by the same amount after `pendingFrom`, else it lapses. A limit ends as it becomes
        higher.
        """
        service = info.context.service
        return await _changed(
            info.context, input, lambda seen, key: service.set_limit(seen, key, input.wanted)
        )

    @strawberry.federation.mutation(directives=[Cost(weight=CHANGE_COST)], tags=[CUSTOMER])
    async def take_break(self, info: WalletInfo, input: TakeBreakInput) -> LimitPayload:  # noqa: A002 - the contract's name
        """Stop until a moment, which nothing brings nearer.

        It stops deposits, bets, games, offers and messages, never withdrawals, settlement, wins, rollbacks or
        refunds.
        """
        service = info.context.service
        return await _changed(
            info.context,
            input,
            lambda seen, key: service.take_break(seen, key, input.until, given(input.product)),
        )

    @strawberry.federation.mutation(directives=[Cost(weight=CHANGE_COST)], tags=[CUSTOMER])
    async def self_exclude(self, info: WalletInfo, input: SelfExcludeInput) -> LimitPayload:  # noqa: A002 - the contract's name
        """Stop everything for some months, which nothing shortens; it stops the same as a break."""
        service = info.context.service
        return await _changed(
            info.context, input, lambda seen, key: service.self_exclude(seen, key, input.months)
        )

    @strawberry.federation.mutation(directives=[Cost(weight=CHANGE_COST)], tags=[CUSTOMER])
    async def decline_limit(self, info: WalletInfo, input: DeclineLimitInput) -> LimitPayload:  # noqa: A002 - as the others
        """Answer FIRST_DEPOSIT or NO_LIMIT: the customer wants no limit."""
        return await _changed(info.context, input, info.context.service.decline_limit)

    @strawberry.federation.mutation(directives=[Cost(weight=CHANGE_COST)], tags=[CUSTOMER])
    async def acknowledge_prompt(self, info: WalletInfo, input: AcknowledgePromptInput) -> LimitPayload:  # noqa: A002 - as the others
        """Say that REVIEW or NO_LIMIT was seen: it is due again after its interval."""
        service = info.context.service
        return await _changed(
            info.context, input, lambda seen, key: service.acknowledge(seen, key, input.prompt)
        )

    @strawberry.federation.mutation(directives=[Cost(weight=CHANGE_COST)], tags=[CUSTOMER])
    async def deposit(self, info: WalletInfo, input: DepositInput) -> PaymentPayload:  # noqa: A002 - the contract's name
        """Ask for a deposit; the same key again says how it stands then."""
        return await _paid(info.context, input, Direction.DEPOSIT, info.context.payments.deposit)

    @strawberry.federation.mutation(directives=[Cost(weight=CHANGE_COST)], tags=[CUSTOMER])
    async def withdraw(self, info: WalletInfo, input: WithdrawInput) -> PaymentPayload:  # noqa: A002 - as the others
        """Ask for a withdrawal; once asked for, the customer cannot take it back."""
        return await _paid(info.context, input, Direction.WITHDRAWAL, info.context.payments.withdraw)

    @strawberry.federation.mutation(directives=[Cost(weight=CHANGE_COST)], tags=[CUSTOMER])
    async def add_bank_account(self, info: WalletInfo, input: AddBankAccountInput) -> BankAccountPayload:  # noqa: A002 - as the others
        """Add a bank account to which withdrawals can be sent."""
        payments = info.context.payments
        return await _accounts_changed(
            info.context, input, lambda owner: payments.add_bank_account(owner, input.holder, input.iban)
        )

    @strawberry.federation.mutation(directives=[Cost(weight=CHANGE_COST)], tags=[CUSTOMER])
    async def remove_bank_account(
        self,
        info: WalletInfo,
        input: RemoveBankAccountInput,  # noqa: A002 - as the others
    ) -> BankAccountPayload:
        """Remove a bank account; withdrawals to it that were asked for go on."""
        payments = info.context.payments
        return await _accounts_changed(
            info.context, input, lambda owner: payments.remove_bank_account(owner, input.method_id)
        )


@fields_described
@strawberry.type
class Subscription:
    """What a customer can follow of their money."""

    @strawberry.subscription(directives=[Tag(name=CUSTOMER)])
    def wallet_updated(self, info: WalletInfo, brand: ID) -> AsyncGenerator[Wallet, None]:
        """The signed-in customer's wallet, and again each time that money, limits or breaks change."""
        viewer = info.context.of_brand(brand)
        if viewer is None:
            raise Unauthenticated("sign in first")
        context, owner = info.context, viewer.owner
        return context.updates.stream(context, customer_key(owner), _wallet, owner, _event)


async def _wallet(context: WalletContext, owner: Owner) -> Wallet:
    return Wallet(seen=await context.wallet_of(owner), context=context)


def _event(_version: int, wallet: Wallet) -> Wallet:
    return wallet


class _Asked(Protocol):
    """An input of a mutation."""

    brand: ID
    idempotency_key: ID


async def _changed(
    context: WalletContext, asked: _Asked, ask: Callable[[WalletState, str], Awaitable[Refusal | None]]
) -> LimitPayload:
    """Ask for a change, and return the limits as they are after it, or after its refusal."""
    actor = context.actor(asked.brand)
    if isinstance(actor, Refusal):
        return LimitPayload(limits=[], prompts=[], errors=PlatformError.of(actor))
    if context.operators.is_operators(actor.owner.brand):
        return LimitPayload(limits=[], prompts=[], errors=PlatformError.of(AT_OPERATOR))
    check(asked)
    key = str(asked.idempotency_key)
    refusal = await ask(await context.wallet_of(actor.owner), key)
    reread = await context.renewed()
    state = await reread.wallet_of(actor.owner)
    limits = [Limit(shown=limit, locale=state.locale) for limit in await reread.limits(state)]
    return LimitPayload(limits=limits, prompts=list(state.prompts), errors=PlatformError.of(refusal))


async def _accounts_changed(
    context: WalletContext, asked: _Asked, change: Callable[[Owner], Awaitable[Refusal | None]]
) -> BankAccountPayload:
    """Change a customer's bank accounts, and return the ways to withdraw after it."""
    actor = _payer(context, asked.brand)
    if isinstance(actor, Refusal):
        return BankAccountPayload(methods=[], errors=PlatformError.of(actor))
    check(asked)
    refusal = await change(actor.owner)
    state = await context.wallet_of(actor.owner)
    methods = await _methods(context, state, Direction.WITHDRAWAL)
    return BankAccountPayload(methods=methods, errors=PlatformError.of(refusal))


def _payer(context: WalletContext, brand: str) -> Viewer | Refusal:
    """Return who asks for a payment; why not, if payments of the brand are the operator's."""
    actor = context.actor(brand)
    if not isinstance(actor, Refusal) and context.operators.is_operators(actor.owner.brand):
        return AT_OPERATOR
    return actor


async def _methods(context: WalletContext, state: WalletState, direction: Direction) -> list[PaymentMethod]:
    offered = await context.payments.methods(context.customer(state), direction)
    return [PaymentMethod(offered=method, locale=state.locale) for method in offered]


async def _paid(
    context: WalletContext,
    asked: DepositInput | WithdrawInput,
    direction: Direction,
    ask: Callable[[Customer, Asked], Awaitable[Answer]],
) -> PaymentPayload:
    """Ask for a payment, and return how it stands."""
    actor = _payer(context, asked.brand)
    if isinstance(actor, Refusal):
        return PaymentPayload.of(Answer(None, (), actor), "en")
    check(asked)
    wanted = Asked(
        direction=direction,
        method_id=str(asked.method_id),
        amount_minor=int(asked.amount_minor),
        currency=asked.currency,
        key=str(asked.idempotency_key),
    )
    state = await context.wallet_of(actor.owner)
    return PaymentPayload.of(await ask(context.customer(state), wanted), state.locale)


@cache
def create_schema(execution: Execution = "compiled") -> SubgraphSchema:
    """Return the wallet's schema, which the apps of this process share."""
    return build_schema(Query, Mutation, subscription=Subscription, execution=execution)
