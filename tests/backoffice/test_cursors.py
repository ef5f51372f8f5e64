"""Cursors and opaque ids are read strictly: what we did not write is refused, and never an internal error."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.graph.pages import Name, Number, cursor, read_cursor, time_key, time_of
from subgraphs.club_kit.domain.club_key import ClubKey
from subgraphs.kit.domain.errors import BadInput
from subgraphs.kit.domain.keys import read_opaque
from tests.backoffice.proposal_kinds import BRAND, PAULA, ProposalFixture, customer, proposal_fixture
from tests.support.office.backoffice_fixture import NOW
from tests.support.office.permission_rules import ask, fields, root_of


def opaque(text: str | bytes) -> str:
    """Return a text as base64url without padding."""
    content = text if isinstance(text, bytes) else text.encode()
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


HOSTILE: Final = {
    "empty": "",
    "no cursor": "no cursor!",
    "padded": opaque('"a"') + "=",
    "in standard letters": base64.b64encode(b'"\xc3\xbf\xc3\xbe?>"').decode().rstrip("="),
    "with other bits": "IjEyMyJ",
    "no JSON": opaque("{"),
    "no UTF-8": opaque(b'"\xff"'),
    "a surrogate": opaque('"\\ud800"'),
    "deep": opaque("[" * 2500),
    "very deep": opaque("[" * 100_000),
    "an object": opaque('{"a": 1}'),
    "true": opaque("true"),
    "a huge number": opaque("9" * 40),
    "a negative number": opaque("-1"),
    "a fraction": opaque("1.5"),
    "infinite": opaque("1e999"),
    "a long text": opaque(json.dumps("a" * 2000)),
    "two texts": opaque('["a", 5]'),
    "numbers": opaque(f"[{10**30}, 1]"),
    "no moment": opaque('["yesterday", "a", "b"]'),
    "a moment of no zone": opaque('["2026-03-25T12:00:00", "a"]'),
    "a moment before all": opaque('["0001-01-01T00:00:00+14:00", "a"]'),
    "a moment after all": opaque('["9999-12-31T23:59:59-14:00", "a"]'),
    "a moment before all of a customer": opaque('["0001-01-01T00:00:00+14:00", "bet", "1"]'),
}
FIGURE: Final = f'brand: "{BRAND}", isoWeek: "2026-W13", figure: EXPECTED'
LISTS: Final = {
    "board": f'brand: "{BRAND}", scope: EVENT',
    "boardRevisions": f'brand: "{BRAND}", scope: SPORT, entry: "football"',
    **dict.fromkeys(("eventOffers", "waitingMatches", "matchDecisions", "leaderChanges"), "nodes { id }"),
    "users": "nodes { id }",
    "audit": "nodes { id }",
    "approvals": "nodes { id }",
    "jobs": "nodes { id }",
    "contentItems": "nodes { id }",
    "riskBrands": "nodes { id }",
    "riskWeeks": f'brand: "{BRAND}"',
    "riskRewards": f'brand: "{BRAND}"',
    "riskBudgets": f'brand: "{BRAND}"',
    "riskCustomers": FIGURE,
    "riskGoodwill": f'brand: "{BRAND}"',
    "customers": f'brand: "{BRAND}", search: "c"',
    "financeCloses": "",
    "financeCorrections": f'brand: "{BRAND}"',
    "financialChecks": f'brand: "{BRAND}"',
    "financeWithdrawals": f'brand: "{BRAND}"',
    "financePayments": f'brand: "{BRAND}"',
    "financeRefunds": f'brand: "{BRAND}"',
    "paymentCases": f'brand: "{BRAND}"',
    "paymentComparisons": "",
    "customerFactors": f'brand: "{BRAND}"',
    "lobbyGames": f'brand: "{BRAND}"',
    "customerTransactions": f'customer: "{customer(0)}"',
    "timeline": f'customer: "{customer(0)}"',
    "brands": "",
    "brandRevisions": f'brand: "{BRAND}"',
    "providerRevisions": 'provider: "wallet"',
    "globalEvents": "",
    "killSwitches": "",
    "deadLetters": 'app: "backoffice"',
    "pendingIntents": f'brand: "{BRAND}"',
    "dryRunDifferences": 'id: "none"',
    "lateBets": f'brand: "{BRAND}"',
    "heldRewards": f'brand: "{BRAND}"',
}
"""The lists with the arguments that they need."""

TEXTS: Final = {"riskGoodwill", "dryRunDifferences", "lateBets", "lobbyGames"}
"""Lists whose keys are texts, of which some look like moments."""


@pytest.fixture
async def all_areas(tmp_path: Path) -> AsyncIterator[ProposalFixture]:
    """The graph of the back office."""
    async with proposal_fixture(f"sqlite+aiosqlite:///{tmp_path}") as opened:
        yield opened


async def test_no_list_takes_a_foreign_cursor(all_areas: ProposalFixture) -> None:
    """Each list refuses what is no cursor of its own, and says so."""
    wrong: list[tuple[str, str, Any]] = []
    for name, given_arguments in LISTS.items():
        arguments = "" if "nodes" in given_arguments else given_arguments
        document = f"query($after: String) {{ {name}({arguments} after: $after) {{ endCursor }} }}"
        for kind, after in HOSTILE.items():
            answer = await ask(all_areas.graph, PAULA, document, {"after": after})
            codes = [error["extensions"]["code"] for error in answer.get("errors", ())]
            if codes != ["INVALID"] and not (name in TEXTS and "moment" in kind):
                wrong.append((name, kind, codes or answer))
    assert wrong == []


def test_every_list_is_tried() -> None:
    """A new list is added above."""
    listed = {
        one.name
        for one in fields()
        if one.operation == "query" and {"first", "after"} <= root_of(one).fields[one.name].args.keys()
    }
    assert listed == set(LISTS)


@given(
    st.one_of(
        st.integers(0, 2**63 - 1), st.text(max_size=512), st.tuples(st.text(max_size=80), st.integers(0, 9))
    )
)
def test_own_cursors_are_read_again(key: Any) -> None:
    """Whatever a list's key is made of; and a text that differs in one letter is another or none."""
    form = Number if isinstance(key, int) else Name if isinstance(key, str) else tuple[Name, Number]
    try:
        written = cursor(key)
    except UnicodeEncodeError:  # a lone surrogate, which no row has
        return
    assert read_cursor(written, form) == key
    assert time_of(cursor(time_key(NOW, "a"))) == (NOW, "a")


@pytest.mark.parametrize("name", ["backoffice:07", "backoffice:", "backoffice:-7", "backoffice:7 ", "7"])
async def test_the_name_of_a_dead_letter_has_one_form(all_areas: ProposalFixture, name: str) -> None:
    """Other forms of its number name none."""
    document = "query($id: ID!) { deadLetter(id: $id) { id } }"
    answer = await ask(all_areas.graph, PAULA, document, {"id": name})
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID"]


def test_an_opaque_id_has_one_form() -> None:
    """Padding, other letters and unused bits that differ name no club."""
    known = ClubKey("northbet", "2026-W13", "c-1").encode()
    assert ClubKey.decode(known).customer == "c-1"
    bits = ClubKey("northbet", "2026-W13", "c-12").encode()
    assert ClubKey.decode(bits).customer == "c-12"
    assert len(bits) % 4
    for other in (known + "=", bits[:-1] + chr(ord(bits[-1]) + 1), known + "\n", f" {known}", known + "A"):
        with pytest.raises(BadInput):
            ClubKey.decode(other)
    with pytest.raises(BadInput):
        read_opaque("é")
