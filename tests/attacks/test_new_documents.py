"""Attack: send what is new to the gateway, at the shipped supergraph; what counts is its work.

`bench/budgets.toml` says how much it may be. The tests of the night compare processor time with bet-slips.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final

import orjson
import pytest
from graphql import OperationDefinitionNode, get_introspection_query
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.pipeline.limits import measure
from gateway.pipeline.preparation.limits import FIELD_POINTS
from gateway.pipeline.preparation.tokens import DocumentTokens
from gateway.settings.limits import DocumentLimits
from tests.attacks.attacked import CLUB, ROOT
from tests.attacks.hostile import BYTES, KINDS, hostile_request
from tests.attacks.measured import Measured, measured, over
from tests.support.examples import examples
from tests.support.long_form import LONG_FORM

POINTS: Final[int] = DocumentLimits().points

WITH_CONDITIONS: Final = """x{0}: club(brand: "northbet") {{
    id state week {{ id hours }}
    progress {{ percent qualified countedBets asOf staked {{ minor currency display }} target {{ minor }} }}
    choice {{ version locked locksAt isDefault }}
    fulfilment @include(if: $c{1}) {{ status creditedAt }}
}}"""


@pytest.fixture(scope="module")
def shipped() -> Measured:
    """A gateway of the shipped supergraph, with the default limits."""
    return measured(CLUB)


def clubs(number: int) -> Callable[[str], bytes]:
    """Return the body of a request for some clubs with conditions, by the name of its operation."""
    fields = " ".join(WITH_CONDITIONS.format(each, each % 6) for each in range(number))
    conditions = "".join(f"$c{each}: Boolean = true " for each in range(min(number, 6)))
    return lambda name: orjson.dumps({"query": f"query {name}({conditions}) {{ {fields} }}"})


def hostile(random: Random, shipped: Measured, kinds: tuple[str, ...]) -> Callable[[str], bytes]:
    """Return the body of a hostile request, by the name of its operation."""
    document, variables = hostile_request(random, shipped.supergraph.public, kinds, POINTS)

    def body(name: str) -> bytes:
        whole = orjson.dumps({"query": document.replace("Hostile", name, 1), "variables": variables})
        assert len(whole) <= BYTES
        return whole

    return body


async def test_clubs_with_conditions_are_refused_or_take_no_more_than_budgeted(
    shipped: Measured,
) -> None:
    """As many as fit into the points are planned; eight are refused by a code that says what to do."""
    codes = {}
    for number in (1, 3, 8):
        counted, reply = await shipped.count(clubs(number))
        codes[number] = reply.code
        assert not over("new_document", counted), number
    assert codes == {1: None, 3: None, 8: "DOCUMENT_TOO_COSTLY"}
    assert b"Select fewer fields, or send several requests" in reply.content


async def test_what_is_compiled_when_it_is_used_again_takes_no_more_than_budgeted(
    shipped: Measured,
) -> None:
    """The second request with a document pays for its code."""
    counted, reply = await shipped.count(clubs(3), request=2)
    assert reply.code is None
    assert not over("new_document", counted)


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_of_hostile_request_takes_no_more_than_budgeted(shipped: Measured, kind: str) -> None:
    """Alone, as much of it as the limits allow or a little more."""
    counted, reply = await shipped.count(hostile(Random(kind), shipped, (kind,)))  # noqa: S311 - not for secrets
    assert reply.status < 500
    assert not over("new_document", counted)


@settings(max_examples=examples(10), suppress_health_check=list(HealthCheck))
@given(random=st.randoms(use_true_random=True))
async def test_mixed_ones_take_no_more_than_budgeted(shipped: Measured, random: Random) -> None:
    """Two or three kinds together."""
    kinds = tuple(random.sample(list(KINDS), random.choice((2, 3))))
    counted, reply = await shipped.count(hostile(random, shipped, kinds))
    assert reply.status < 500
    assert not over("new_document", counted)


@pytest.mark.slow("some are counted at length")
@pytest.mark.timeout(3600)
async def test_hostile_requests_take_no_more_each_than_budgeted(shipped: Measured) -> None:
    """Each kind alone, and mixed; 500 in the long form."""
    for number in range(500 if LONG_FORM else 40):
        random = Random(number)  # noqa: S311 - not for secrets
        kinds = tuple(random.sample(list(KINDS), random.choice((1, 1, 2, 3))))
        counted, reply = await shipped.count(hostile(random, shipped, kinds))
        assert reply.status < 500
        assert not over("new_document", counted), (number, kinds)


WIDE: Final = "a{0}: __schema {{ types {{ fields {{ name description isDeprecated type {{ name }} }} }} }}"
LONG_TYPES: Final = (
    "a{0}: __schema {{ types {{ fields {{ type {{ kind ofType {{ kind ofType {{ kind }} }} }} }} }} }}"
)
DOUBLING: Final = " ".join(
    [
        *(
            f"fragment F{n} on __Type {{ a: ofType {{ ...F{n + 1} }} b: ofType {{ ...F{n + 1} }} }}"
            for n in range(10)
        ),
        "fragment F10 on __Type { name }",
    ]
)
INTROSPECTION: Final = {
    "usual": get_introspection_query(specified_by_url=True, schema_description=True).partition("{")[2],
    **{
        f"{number} times {name}": " ".join(map(one.format, range(number))) + " }"
        for name, one in (("wide", WIDE), ("long types", LONG_TYPES))
        for number in (4, 8, 12, 16)
    },
    "doubling": '__type(name: "Club") { ...F0 } } ' + DOUBLING,
}


def introspecting(kind: str) -> Callable[[str], bytes]:
    """Return the body of a request that introspects, by the name of its operation."""
    return lambda name: orjson.dumps({"query": f"query {name} {{ {INTROSPECTION[kind]}"})


@pytest.mark.parametrize("kind", INTROSPECTION)
async def test_introspection_takes_no_more_than_budgeted(kind: str) -> None:
    """Where it is allowed at all: what is too large is refused before it is made."""
    counted, reply = await measured(CLUB, introspection=True).count(introspecting(kind))
    assert reply.status < 500
    assert not over("introspection", counted)


@pytest.mark.parametrize("kind", ["usual", "4 times long types"])
async def test_introspection_under_another_name_is_neither_read_nor_answered_again(kind: str) -> None:
    """Tools name their operations as they like."""
    allowing = measured(CLUB, introspection=True)
    _, first = await allowing.count(introspecting(kind))
    counted, again = await allowing.count(introspecting(kind))
    assert again.content == first.content
    assert again.code is None
    assert not over("introspection_under_another_name", counted)


def ours() -> dict[str, str]:
    """The documents of the contracts and of the widget, and the query of introspection tools."""
    files = [*(ROOT / "contracts").glob("*.graphql"), *(ROOT / "web/packages").glob("*/src/**/*.graphql")]
    found = {file.name: file.read_text() for file in files if "node_modules" not in file.parts}
    persisted = next((ROOT / "web/packages/client").rglob("persisted-documents.json"))
    found |= orjson.loads(persisted.read_bytes())
    return found | {"introspection": get_introspection_query(specified_by_url=True, schema_description=True)}


def test_our_own_documents_take_three_quarters_of_the_points_at_most() -> None:
    """Each operation with all fragments of its file: a client may grow before it meets the limit."""
    measures = {}
    for name, text in ours().items():
        tokens = DocumentTokens(text)
        document = tokens.parse(1_000)
        if any(isinstance(definition, OperationDefinitionNode) for definition in document.definitions):
            measures[name] = tokens.count + FIELD_POINTS * measure(document).planned
    assert len(measures) > 10
    assert max(measures.values()) < 0.75 * POINTS, max(measures, key=measures.__getitem__)
