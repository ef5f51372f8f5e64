"""Parts of roll-ups that are counted as a whole: what was there before is replaced at once, or not at all."""

from collections.abc import Mapping
from typing import Final

from analytics.engine import Engine
from analytics.schema import Rollup

BOUNDS: Final = "max_bytes_before_external_sort = 800000000, max_bytes_before_external_group_by = 800000000"

SUMS: Final = "count() AS row_count, sum(cityHash64(toString(tuple(*)))) AS row_hashes"
NO_ROWS: Final = {"row_count": 0, "row_hashes": 0}
"""By what the rows of a roll-up are compared, in any order."""


def count_partition(engine: Engine, rollup: Rollup, partition: str, names: Mapping[str, str]) -> None:
    """Count a partition of a roll-up.

    Args:
        engine: The store, as its one writer.
        rollup: What is counted.
        partition: The values of its columns, as SQL writes them.
        names: What the names in the query stand for.

    Raises:
        StoreFault: The engine refuses.
    """
    engine.execute(f"TRUNCATE TABLE {rollup.name}_next")
    engine.execute(f"INSERT INTO {rollup.name}_next SETTINGS {BOUNDS} {rollup.of_week(names)}")
    if engine.read(f"SELECT 1 FROM {rollup.name}_next LIMIT 1"):
        engine.execute(f"ALTER TABLE {rollup.name} REPLACE PARTITION {partition} FROM {rollup.name}_next")
    else:
        engine.execute(f"ALTER TABLE {rollup.name} DROP PARTITION {partition}")


def counted_anew(engine: Engine, rollup: Rollup, names: Mapping[str, str]) -> Mapping[str, int]:
    """Return the sums of what a partition would be, counted from its records now.

    Raises:
        StoreFault: The engine refuses.
    """
    sums: Mapping[str, int] = engine.read(f"SELECT {SUMS} FROM ({rollup.of_week(names)})")[0]
    return sums
