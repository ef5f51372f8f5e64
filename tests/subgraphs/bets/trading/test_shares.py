"""The parts of a limit that cells may use."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from foundation.storage.cells.cell import Cell
from subgraphs.bets.trading.shares import part_of, parts_of


@given(st.integers(0, 10**12), st.integers(1, 60), st.data())
def test_the_parts_of_all_cells_never_exceed_a_limit(limit: int, of: int, data: st.DataObject) -> None:
    """However the partitions are divided; and less than one unit a cell is not used."""
    cuts = data.draw(st.sets(st.integers(1, of - 1), max_size=8) if of > 1 else st.just(set()))
    edges = [0, *sorted(cuts), of]
    cells = [Cell(f"c{first}", first, after - 1, of) for first, after in pairwise(edges)]
    parts = sum(part_of(limit, cell) for cell in cells)
    assert limit - len(cells) < parts <= limit


def test_without_cells_all_of_it_may_be_used() -> None:
    """Each limit by its selection."""
    assert parts_of({"a": 7, "b": 9}, None) == {"a": 7, "b": 9}
    assert parts_of({"a": 7, "b": 9}, Cell("c0", 0, 5, 12)) == {"a": 3, "b": 4}
