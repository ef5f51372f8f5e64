"""Builds the wallet's subgraph from its settings."""

from functools import partial

from foundation.storage.database import Database
from subgraphs.club_kit.reads.brand_rules import SharedReads
from subgraphs.club_kit.records.reference import ReferenceRepository
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.wallet.loaders import WalletContext
from subgraphs.wallet.models import REFERENCE
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.schema import create_schema

NAME = "wallet"


def create_subgraph(parts: SubgraphParts) -> Subgraph:
    """Return the wallet's subgraph over its database."""
    options, clock = parts.reading, parts.clock
    database = Database.open(parts.database, NAME, options.tracer)
    wallet = OpenedWallet.of(database, clock)
    shared = SharedReads(database, ReferenceRepository(REFERENCE), options, clock)
    return Subgraph(
        name=NAME,
        schema=create_schema(options.execution),
        verifier=parts.verifier,
        make_context=partial(WalletContext, shared=shared, wallet=wallet),
        database=database,
        clock=clock,
        closing=(wallet.ledger.close,),
        caches=(shared.rules,),
        execution=options.execution,
    )
