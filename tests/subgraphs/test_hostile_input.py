"""Each input of each mutation gets what nobody should send: it is refused, and leaves nothing behind."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from typing import Any, Final

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    get_named_type,
    get_nullable_type,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData, insert, select

from foundation.storage.clock import ManualClock
from foundation.storage.settings import DatabaseSettings
from furlong.neighbours import NEIGHBOURS
from subgraphs.events.models import METADATA as EVENTS
from subgraphs.kit.auth import SessionVerifier
from subgraphs.kit.domain.bounds import BOUNDS
from subgraphs.kit.graphql.app import Subgraph
from subgraphs.kit.graphql.parts import SubgraphParts
from subgraphs.kit.settings import UpstreamSettings
from tests.support.database_probe import migrate
from tests.support.examples import examples
from tests.support.subgraphs.club_fixture import session, session_settings
from tests.support.subgraphs.club_samples import (
    NOW,
    OWNER,
    account_row,
    brand_row,
    good_account,
    make_brand,
    make_scheme,
    scheme_row,
)

BLOCKS: Final = ("bets", "club", "lobby", "rewards", "wallet")
"""Those that have mutations."""

A_KEY: Final = "a-new-key"
USUAL: Final[Mapping[str, Any]] = {
    "brand": OWNER.brand,
    "currency": "GBP",
    "stakeMinor": 100,
    "amountMinor": 100,
    "minutes": None,
    "months": 6,
    "oddsMilli": 2000,
    "placeTerms": {"places": 3, "numerator": 1, "denominator": 5},
    "expectedVersion": 0,
    "selectionId": f"{OWNER.brand}:aaaaaaaaaaaaaaaa-bbbbbbbb",
    "gameId": f"{OWNER.brand}:acorn-lucky",
    "optionId": f"{OWNER.brand}:free-bet",
    "methodId": "card",
    "freeBetId": None,
    "termsVersion": "1",
    "holder": "Ann Archer",
    "iban": "GB82 WEST 1234 5698 7654 32",
    "until": "2026-04-25T14:00:00Z",
    "product": None,
    "device": None,
    "prompt": "REVIEW",
    "kind": "LOSS_DAY",
    "eachWay": False,
    "demo": False,
    "acceptChanges": "NONE",
}
"""What a page sends."""

TEXTS: Final = (
    "", " ", "gbp", "GBP ", " GBP", "XXX", "\u00a0GBP", "a\x00b", "a\nb", "\ud800", "\u202ea", "😀" * 100,
    "x" * 161, "x" * 5_000, f"{OWNER.brand}:", f"{OWNER.brand}:{'x' * 400}", f"{OWNER.brand}:a\x00",
    "' OR 1=1 --",
)  # fmt: skip
NUMBERS: Final = (
    -(2**53) + 1,
    -(2**31),
    -1,
    0,
    1,
    2**31 - 1,
    2**31,
    2**53 - 1,
    2**53,
    10**30,
    1.5,
    "7",
    None,
)
TIMES: Final = (
    "",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999Z",
    "2026-02-30T00:00:00Z",
    "x",
    7,
)
MUTATIONS: Final = (
    "acknowledgePrompt",
    "addBankAccount",
    "changeReward",
    "declineLimit",
    "deposit",
    "launchGame",
    "optIn",
    "optOut",
    "placeBet",
    "removeBankAccount",
    "selfExclude",
    "setLimit",
    "takeBreak",
    "withdraw",
)
FAULTS: Final = {"INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE"}


@dataclass(frozen=True)
class Served:
    """The blocks that have mutations, each over a database of its own.

    Attributes:
        inputs: The type of the input of each mutation, with its block.
    """

    runner: asyncio.Runner
    blocks: Mapping[str, Subgraph]
    inputs: Mapping[str, tuple[str, GraphQLInputObjectType]]

    def ask(self, mutation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answer to a customer's mutation."""
        block, of = self.inputs[mutation]
        query = f"mutation ($i: {of.name}!) {{ {mutation}(input: $i) {{ errors {{ code }} }} }}"
        asking = self.blocks[block].execute(query, {"i": asked}, None, session(OWNER.customer, OWNER.brand))
        return self.runner.run(asking)

    def stored(self, mutation: str) -> str:
        """Return all that the block of a mutation has stored, as text."""
        name, _ = self.inputs[mutation]
        return self.runner.run(_stored(name, self.blocks[name]))


async def _stored(name: str, block: Subgraph) -> str:
    metadata: MetaData = import_module(f"subgraphs.{name}.models").METADATA
    async with block.database.read() as connection:
        return "".join([str((await connection.execute(select(of))).all()) for of in metadata.sorted_tables])


async def _served(name: str, where: DatabaseSettings) -> Subgraph:
    models = import_module(f"subgraphs.{name}.models")
    await migrate(where, name, models.METADATA)
    clock = ManualClock(NOW)
    verifier = SessionVerifier.from_settings(session_settings(), clock)
    parts = SubgraphParts(where, UpstreamSettings(), verifier, clock, neighbours=NEIGHBOURS)
    block: Subgraph = import_module(f"subgraphs.{name}.app").create_subgraph(parts)
    async with block.database.write() as connection:
        reference = models.REFERENCE
        await connection.execute(insert(reference.brand).values(brand_row(make_brand())))
        await connection.execute(insert(reference.scheme).values(scheme_row(make_scheme(brand=OWNER.brand))))
        await connection.execute(insert(reference.account).values(account_row(OWNER, good_account())))
    return block


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve all blocks that have mutations, with a customer in good standing."""
    where = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('blocks')}")
    with asyncio.Runner() as runner:
        runner.run(migrate(where, "events", EVENTS))
        blocks = {name: runner.run(_served(name, where)) for name in BLOCKS}
        inputs = {
            mutation: (name, of)
            for name, block in blocks.items()
            for mutation, of in inputs_of(block).items()
        }
        try:
            yield Served(runner, blocks, inputs)
        finally:
            for block in blocks.values():
                runner.run(block.close())


def inputs_of(block: Subgraph) -> dict[str, GraphQLInputObjectType]:
    """Return the input types of a block's mutations."""
    mutation = block.schema._schema.mutation_type
    fields = mutation.fields if mutation else {}
    return {name: named(field.args["input"].type) for name, field in fields.items()}


def named(of: GraphQLInputType) -> GraphQLInputObjectType:
    """Return an input object type."""
    found = get_named_type(of)
    assert isinstance(found, GraphQLInputObjectType)
    return found


def usual(of: GraphQLInputObjectType) -> dict[str, Any]:
    """Return what a page sends."""
    return {
        name: [usual(named(field.type))] if name == "legs" else USUAL.get(name, A_KEY)
        for name, field in of.fields.items()
    }


def hostile(of: GraphQLInputType) -> st.SearchStrategy[Any]:
    """Return values of a type, and others, that no page sends."""
    kind = get_nullable_type(of)
    if isinstance(kind, GraphQLList):
        one = usual(named(of))
        return st.sampled_from([[], [one, one], [one] * 31, [one] * 5_000, None]) | st.lists(
            hostile_input(named(of)), min_size=1, max_size=2
        )
    if isinstance(kind, GraphQLEnumType):
        return st.sampled_from([*kind.values, "", "NOBODY", 1])
    values = {"Int": NUMBERS, "MinorUnits": NUMBERS, "DateTime": TIMES, "Boolean": (None, "true", 1)}
    return st.sampled_from(values.get(get_named_type(of).name, (*TEXTS, None, 7)))


@st.composite
def hostile_input(draw: st.DrawFn, of: GraphQLInputObjectType) -> dict[str, Any]:
    """Draw an input of which one field, or several, are not what a page sends."""
    asked = usual(of)
    for name in draw(st.lists(st.sampled_from(sorted(of.fields)), min_size=1, max_size=2, unique=True)):
        asked[name] = draw(hostile(of.fields[name].type))
    return asked


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_whatever_is_sent_is_refused_in_words(served: Served, mutation: str) -> None:
    """It is never a fault of ours, and what is bad input has stored nothing."""
    numbers = count(1)

    @settings(max_examples=examples(15))
    @given(asked=hostile_input(served.inputs[mutation][1]))
    def is_refused(asked: dict[str, Any]) -> None:
        key = f"{mutation}-{next(numbers)}."
        if asked.get("idempotencyKey") == A_KEY:
            asked |= {"idempotencyKey": key}
        answer = served.ask(mutation, asked)
        codes = {error.get("extensions", {}).get("code") for error in answer.get("errors", ())}
        assert not codes & FAULTS
        stored = served.stored(mutation)
        assert "x" * 161 not in stored
        assert not codes or key not in stored

    is_refused()


def test_every_text_and_number_of_every_input_has_bounds(served: Served) -> None:
    """A new field without a line in the declaration is found here, and not by a customer."""
    assert sorted(served.inputs) == sorted(MUTATIONS)
    unbounded = {"Boolean", "DateTime"}
    for _, of in served.inputs.values():
        wanted = [of]
        while wanted:
            for name, field in wanted.pop().fields.items():
                kind = get_named_type(field.type)
                if isinstance(kind, GraphQLInputObjectType):
                    wanted.append(kind)
                elif not (isinstance(kind, GraphQLEnumType) or kind.name in unbounded):
                    assert "".join(f"_{c.lower()}" if c.isupper() else c for c in name) in BOUNDS, name


@pytest.mark.parametrize("name", ["places", "numerator", "denominator"])
@pytest.mark.parametrize("number", [-1, 0, 2**31 - 1, 2**31])
def test_place_terms_that_cannot_be_are_refused(served: Served, name: str, number: int) -> None:
    """They are compared, and never counted with."""
    leg = usual(named(served.inputs["placeBet"][1].fields["legs"].type))
    leg["placeTerms"] = leg["placeTerms"] | {name: number}
    asked = usual(served.inputs["placeBet"][1]) | {"legs": [leg], "idempotencyKey": f"{name}-{number}"}
    codes = {error["extensions"]["code"] for error in served.ask("placeBet", asked).get("errors", ())}
    assert codes <= {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}
    assert bool(codes) is not (0 < number < 2**31)


@pytest.mark.parametrize("currency", ["gbp", "", "GBP ", " GBP", "XXX", "GB", "GBPP"])
def test_a_bet_in_no_currency_is_not_noted(served: Served, currency: str) -> None:
    """It was a fault of ours, and a bet that nobody went on with."""
    error = not_noted(served, currency=currency)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "`currency`" in error["message"]


def test_a_free_bet_with_an_endless_name_is_not_noted(served: Served) -> None:
    """What is stored of a refused bet has a size."""
    error = not_noted(served, freeBetId="x" * 5_000)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


def not_noted(served: Served, **changes: Any) -> dict[str, Any]:
    """Return why a bet is refused of which nothing is stored."""
    key = f"not noted because of {changes}"[:60].replace(" ", "-")
    asked = usual(served.inputs["placeBet"][1]) | {"idempotencyKey": key} | changes
    [error] = served.ask("placeBet", asked)["errors"]
    assert key not in served.stored("placeBet")
    return dict(error)


def test_what_a_page_sends_is_noted(served: Served) -> None:
    """Else the others would hold of anything."""
    asked = usual(served.inputs["placeBet"][1]) | {"idempotencyKey": "noted"}
    served.ask("placeBet", asked)
    assert "noted" in served.stored("placeBet")
