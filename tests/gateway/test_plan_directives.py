"""Executable directives of the supergraph are the client's to write; those of the type system are not."""

from gateway.supergraph import load_supergraph
from tests.federation_kit.case import Operation
from tests.federation_kit.comparison import GatewayOf, difference
from tests.gateway.federated import federated
from tests.gateway.plans import joined

DIRECTIVE = "directive @loud(times: Int = 1) on FIELD | INLINE_FRAGMENT"

SHOUTED = federated(
    {"Query": {"__typename": "Query", "word": "w", "other": "o"}},
    a=f"{DIRECTIVE} type Query {{ word: String }}",
    b=f"{DIRECTIVE} type Query {{ other: String }}",
)


def test_an_executable_directive_stays_in_the_public_schema() -> None:
    """Composition keeps what every subgraph defines, and clients may write it."""
    public = load_supergraph(SHOUTED.composed.supergraph).public
    assert "loud" in {directive.name for directive in public.directives}
    query = "query Q($n: Int) { word @loud(times: $n) ... @loud { other } }"
    assert difference(GatewayOf(SHOUTED), Operation(query, {"n": 2})) is None


def test_directives_of_the_type_system_are_not_public() -> None:
    """Not even beside one that is executable."""
    sdl = joined("type Query @join__type(graph: A) { word: String }", "a")
    public = load_supergraph(f"{sdl}\n{DIRECTIVE}\ndirective @inside on OBJECT | ENUM_VALUE").public
    names = {directive.name for directive in public.directives}
    assert "loud" in names
    assert "inside" not in names
    assert not any(name.startswith(("join__", "link")) for name in names)
