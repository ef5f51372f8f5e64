"""Builds the wallet's subgraph from its settings."""

from collections.abc import Sequence
from functools import partial
from itertools import count

from foundation.storage.database import Database
from subgraphs.club_kit.reads.brand_rules import SharedReads
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.funds_settings import FundsSettings
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.live.rereading import ReadStates, states_of
from subgraphs.kit.live.updates import Updates
from subgraphs.kit.live.watches import owner_of
from subgraphs.kit.reads.key_lookup import BatchedLookup
from subgraphs.wallet.customer_record import CustomerRecord, record_parts
from subgraphs.wallet.history.transactions import Transactions
from subgraphs.wallet.limit_service import LimitService
from subgraphs.wallet.loaders import WalletContext
from subgraphs.wallet.models import CUSTOMER_ACCOUNT, LEDGER, LIMITS, OPERATORS, REFERENCE
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.paying.opened import opened_payments
from subgraphs.wallet.payments.configuration import PaymentsSettings
from subgraphs.wallet.schema import create_schema
from subgraphs.wallet.seamless.operator_sessions import OperatorSessions
from subgraphs.wallet.seamless.operator_wallets import OperatorWallets
from subgraphs.wallet.seamless.operators import Operators

NAME = "wallet"


def create_subgraph(parts: SubgraphParts) -> Subgraph:
    """Return the wallet's subgraph over its database.

    Raises:
        SettingsError: A file of keys for an operator's wallet cannot be used.
    """
    operators = Operators.of(parts.given.of(FundsSettings).operators)
    options, clock = parts.reading, parts.clock
    database = Database.open(parts.database, NAME, options.tracer)
    wallet = OpenedWallet.of(database, clock, parts.bus.customers_changed)
    payments = opened_payments(wallet, parts.given.of(PaymentsSettings))
    shared = SharedReads(database, ReferenceRepository(REFERENCE), options, clock)
    lookups = record_parts(REFERENCE, CUSTOMER_ACCOUNT, LEDGER, LIMITS)
    records: BatchedLookup[Owner, CustomerRecord] = BatchedLookup(
        database, lookups, CustomerRecord, options.observe
    )
    make_context = partial(
        WalletContext,
        shared=shared,
        wallet=wallet,
        records=records,
        transactions=Transactions(LEDGER),
        service=LimitService(wallet),
        updates=Updates(parts.bus, parts.live),
        machine=clock.machine,
        payments=payments.requests,
        operators=OperatorWallets(operators, OperatorSessions(database, OPERATORS.session, clock)),
    )
    return Subgraph(
        name=NAME,
        schema=create_schema(options.execution),
        verifier=parts.verifier,
        make_context=make_context,
        database=database,
        clock=clock,
        closing=(payments.close, wallet.ledger.close, operators.close),
        caches=(shared.rules,),
        execution=options.execution,
        stored=_stored(records, operators),
    )


def _stored(records: BatchedLookup[Owner, CustomerRecord], operators: Operators) -> ReadStates:
    """Return what reads customers' data again, to find changes of which no notice came.

    What customers have at an operator is not stored here, and may change without us: it always seems new, so
    that their pages ask the operator again.
    """
    ours, rounds = states_of(records.start, owner_of), count()

    async def read(watched: Sequence[bytes]) -> Sequence[object]:
        number, owners = next(rounds), map(owner_of, watched)
        states = zip(owners, await ours(watched), strict=True)
        return [number if owner and operators.is_operators(owner.brand) else state for owner, state in states]

    return read
