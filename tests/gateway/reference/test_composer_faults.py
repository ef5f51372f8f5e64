"""A supergraph that is not its subgraphs' is left out of the comparison: no gateway can serve it rightly."""

from tests.federation_kit.composer_faults import lost_marks
from tests.federation_kit.sdl import read_subgraph

SUBGRAPHS = [
    read_subgraph("a", 'type Query { ant: Ant } type Ant @key(fields: "id") { id: ID! }'),
    read_subgraph("b", 'type Ant @key(fields: "id") { id: ID! size: Int }'),
]
SUPERGRAPH = """
type Query @join__type(graph: A) { ant: Ant }
type Ant @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") { id: ID! size: Int %s }
"""


def test_a_field_without_its_mark_belongs_to_subgraphs_that_lack_it() -> None:
    """The field is named with the subgraph that lacks it; with its mark all is well."""
    assert list(lost_marks(SUPERGRAPH % "", SUBGRAPHS)) == ["Ant.size in a"]
    assert not list(lost_marks(SUPERGRAPH % "@join__field(graph: B)", SUBGRAPHS))
