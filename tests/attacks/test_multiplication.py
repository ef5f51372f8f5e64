"""Attack: say little and mean much, by aliases, fields that merge, fragments, operations and directives."""

import pytest

from tests.attacks.attacked import Attacked
from tests.attacks.documents import LIKE, costly_document_of

DOUBLED = "fragment B{0} on T {{ a: f {{ ...B{1} }} b: f {{ ...B{1} }} }} "
CYCLE = "".join(f"fragment F{n} on T {{ f {{ ...F{(n + 1) % 40} }} }} " for n in range(40))
WEB = "".join(
    f"fragment W{n} on T {{ {' '.join(f'...W{m}' for m in range(n + 1, min(n + 8, 12)))} x }} "
    for n in range(12)
)
REFUSED = {
    "aliases": ("{ a { " + " ".join(f"x{n}: f" for n in range(60)) + " } }", "TOO_MANY_ALIASES"),
    "root fields": ("{ " + " ".join(f"x{n}: f" for n in range(45)) + " }", "TOO_MANY_ROOT_FIELDS"),
    "one response name": ("{ a { " + "f " * 330 + "} }", "TOO_MANY_MERGED_FIELDS"),
    "nested response names": ("{ " + "a { b { " + "c " * 9 + "} } " * 45 + "}", "GRAPHQL_PARSE_FAILED"),
    "merged by fragments": (
        "{ a { ...F0 ...F1 } } fragment F0 on T { " + "f " * 16 + "} fragment F1 on T { " + "f " * 16 + "}",
        "TOO_MANY_MERGED_FIELDS",
    ),
    "doubling": (
        "{ a { ...B0 } } " + "".join(DOUBLED.format(n, n + 1) for n in range(10)) + "fragment B10 on T { f }",
        "TOO_MANY_FIELDS",
    ),
    "a cycle": ("{ a { ...F0 } } " + CYCLE, "GRAPHQL_VALIDATION_FAILED"),
    "a web": ("{ a { ...W0 } } " + WEB, "TOO_MANY_FIELDS"),
    "fragments": ("".join(f"fragment F{n} on T {{ f }} " for n in range(90)), "TOO_MANY_FRAGMENTS"),
    "operations": ("".join(f"query Q{n} {{ a }} " for n in range(150)), "TOO_MANY_OPERATIONS"),
    "directives": ("{ a " + "@x " * 400 + "}", "TOO_MANY_DIRECTIVES"),
    "conditions": (
        "query (" + "".join(f"$v{n}: Boolean! " for n in range(9)) + ") { a { "
        + " ".join(f"x{n}: f @include(if: $v{n})" for n in range(9)) + " } }",
        "TOO_MANY_CONDITIONS",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
async def test_multiplied_work_is_refused_for_less_than_four_bet_slips(club: Attacked, what: str) -> None:
    """Before it is validated, and again for nothing with other white space."""
    document, code = REFUSED[what]
    outcome = await club.query(document)
    assert outcome.code == code
    assert outcome.calls < 4 * await club.unit()
    assert outcome.healths
    again = await club.query(f"  {document} # again")
    assert again.code == code
    assert again.calls < 2 * await club.unit()


async def test_many_spreads_of_few_fragments_are_validated_for_less_than_ten_bet_slips(
    club: Attacked,
) -> None:
    """Operations, each with fragments that spread what does not exist: nothing counts them as fields."""
    spreads = " ".join(f"...X{n}" for n in range(14))
    fragments = "".join(f"fragment F{n} on Query {{ {spreads} ...F{n + 1} }} " for n in range(10))
    operations = "".join(f"query Q{n} {{ ...F{n % 10} ...F{(n + 1) % 10} }} " for n in range(20))
    outcome = await club.query(f"{operations} {fragments} fragment F10 on Query {{ __typename }}")
    assert outcome.code == "GRAPHQL_VALIDATION_FAILED"
    assert outcome.calls < 10 * await club.unit()


@pytest.mark.parametrize("like", LIKE)
async def test_what_is_allowed_costs_less_than_a_hundred_bet_slips(unpriced: Attacked, like: str) -> None:
    """Documents with as much of one thing as is allowed."""
    document = costly_document_of(like, unpriced.supergraph.public)
    outcome = await unpriced.query(document, {f"c{n}": n % 2 == 0 for n in range(6)})
    assert outcome.status < 500
    assert outcome.calls < 100 * await unpriced.unit()


async def test_each_combination_of_conditions_is_planned_once(club: Attacked) -> None:
    """Six conditions are at most 64 plans; a repeated one costs nothing."""
    fields = " ".join(f"x{n}: __typename @include(if: $v{n})" for n in range(6))
    query = f"query ({' '.join(f'$v{n}: Boolean!' for n in range(6))}) {{ {fields} }}"
    costs = [
        (await club.query(query, {f"v{n}": bool(number >> n & 1) for n in range(6)})).calls
        for number in (*range(8), *range(8))
    ]
    assert max(costs) < await club.unit()
    assert sum(costs[8:]) < sum(costs[:8]) / 2
