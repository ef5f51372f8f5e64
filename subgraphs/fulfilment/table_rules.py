"""One line for each fulfilment table: its truth, its rows in a divided cell, and their erasure."""

from typing import Final

from foundation.storage.cells.division import BY_CUSTOMER, ByParent, Parent, Rows
from subgraphs.club_kit.records.table_rules import reference_rules
from subgraphs.club_kit.topics import (
    ACCOUNT_TOPIC,
    CHOICE_TOPIC,
    GOODWILL_TOPIC,
    OUTCOMES_TOPIC,
    QUALIFICATION_TOPIC,
)
from subgraphs.fulfilment.models import (
    ACCOUNT_CHANGE,
    ATTEMPT,
    CELL,
    CHOICE,
    ERASURE,
    FULFILMENT,
    GLOBAL_STATE,
    GOODWILL_CREDIT,
    INSTALLATION,
    OUTBOX,
    POSTPONED,
    PROVIDER,
    PROVIDER_IN_USE,
    PROVIDER_REPORT,
    PUBLISHED_OUTCOME,
    QUALIFICATION,
    RECONCILIATION,
    REFERENCE,
    STREAM,
)
from subgraphs.kit.records.erasure import deleted, kept
from subgraphs.kit.records.recovery_sources import Source
from subgraphs.kit.records.table_rules import (
    TableRule,
    common_rules,
    database_rules,
    global_rule,
    postponed_rule,
)

_AUDIT: Final = "says why a reward was paid, or was not"
_PAID: Final = "what was paid, and makes a second credit impossible"
_BY_KEY: Final = (("key", "key"),)

TABLE_RULES: Final = (
    *reference_rules(REFERENCE),
    TableRule(
        ACCOUNT_CHANGE,
        Source.TOPIC,
        (ACCOUNT_TOPIC,),
        lost="former states of accounts: a customer who was excluded only for a time after the week ended "
        "may be paid",
        rows=BY_CUSTOMER,
        erasure=(deleted("read model of the account"),),
    ),
    TableRule(
        QUALIFICATION,
        Source.TOPIC,
        (QUALIFICATION_TOPIC,),
        rows=BY_CUSTOMER,
        erasure=(
            deleted("a reward that is not due yet", where=QUALIFICATION.c.status == "provisional"),
            kept(_AUDIT),
        ),
    ),
    TableRule(
        CHOICE,
        Source.TOPIC,
        (CHOICE_TOPIC,),
        rows=BY_CUSTOMER,
        erasure=(deleted("a choice that is not final", where=CHOICE.c.final.is_(False)), kept(_AUDIT)),
    ),
    TableRule(
        PUBLISHED_OUTCOME,
        Source.TOPIC,
        (OUTCOMES_TOPIC,),
        rows=BY_CUSTOMER,
        erasure=(kept("what was paid before the database was lost"),),
    ),
    TableRule(
        ATTEMPT,
        Source.BACKUP,
        lost="the audit of requests to providers, and of people's decisions",
        rows=ByParent((Parent(FULFILMENT.name, _BY_KEY), Parent(GOODWILL_CREDIT.name, _BY_KEY))),
        erasure=(kept("the audit of what was paid, without its details"),),
    ),
    TableRule(
        FULFILMENT,
        Source.TOPIC,
        (QUALIFICATION_TOPIC, OUTCOMES_TOPIC),
        lost="unpublished rewards sent just before the loss: sent again under the same key; in review if "
        "confirmed longer ago than the provider remembers keys",
        rows=BY_CUSTOMER,
        erasure=(kept(_PAID),),
    ),
    TableRule(
        GOODWILL_CREDIT,
        Source.TOPIC,
        (GOODWILL_TOPIC,),
        lost="how far their payment had come: sent again under the same key; in review if decided longer "
        "ago than the provider remembers keys",
        rows=BY_CUSTOMER,
        erasure=(kept(_PAID),),
    ),
    TableRule(
        PROVIDER,
        Source.BACKUP,
        lost="which providers were stopped: stop them again before the worker starts",
        rows=Rows.COPIED,
    ),
    TableRule(
        PROVIDER_IN_USE,
        Source.BACKUP,
        lost="what a worker uses if it cannot use the newest configuration: then the provider's rewards wait",
        rows=Rows.COPIED,
    ),
    TableRule(PROVIDER_REPORT, Source.TRANSIENT, rows=Rows.COPIED),
    TableRule(
        RECONCILIATION,
        Source.BACKUP,
        lost="earlier comparisons with providers; the next comparison is made at night",
        rows=Rows.COPIED,
    ),
    global_rule(GLOBAL_STATE),
    postponed_rule(POSTPONED),
    *common_rules(STREAM, OUTBOX, ERASURE),
    *database_rules(CELL, INSTALLATION),
)
