"""The rules of the read models that the club's subgraphs share."""

from collections.abc import Sequence

from foundation.storage.cells.division import BY_CUSTOMER, Rows
from subgraphs.club_kit.records.tables import ReferenceTables
from subgraphs.club_kit.topics import ACCOUNT_TOPIC, SCHEME_TOPIC, WEEK_TOPIC
from subgraphs.kit.records.erasure import deleted
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_rules import TableRule
from subgraphs.kit.topics import EXCLUSION_TOPIC


def reference_rules(tables: ReferenceTables) -> Sequence[TableRule]:
    """Return the rules of the read models that the club's subgraphs share."""
    return (
        TableRule(tables.brand, Source.TOPIC, (SCHEME_TOPIC,), rows=Rows.COPIED),
        TableRule(tables.scheme, Source.TOPIC, (SCHEME_TOPIC,), rows=Rows.COPIED),
        TableRule(
            tables.account,
            Source.TOPIC,
            (ACCOUNT_TOPIC,),
            rows=BY_CUSTOMER,
            erasure=(deleted("read model of the account"),),
        ),
        TableRule(
            tables.exclusion,
            Source.TOPIC,
            (EXCLUSION_TOPIC,),
            lost="what had ended: who was excluded only for a time after a week ended may be paid",
            rows=BY_CUSTOMER,
            erasure=(deleted("one that runs stops whoever returns", time=tables.exclusion.c.ends_at),),
        ),
        TableRule(tables.week_definition, Source.TOPIC, (WEEK_TOPIC,), rows=Rows.COPIED),
    )
