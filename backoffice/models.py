"""All tables of the back office: the source of truth of each, and what is lost without a backup.

An area that adds a table adds its line here.
"""

from typing import Final

from backoffice.approvals.repository import PROPOSAL
from backoffice.audit.repository import AUDIT_HEAD, AUDIT_LOG
from backoffice.content.models import CONTENT_IMAGE, CONTENT_ITEM, CONTENT_REVISION
from backoffice.events.board.models import BOARD_REVISION
from backoffice.figures.models import RISK_CELL, RISK_CURVE, RISK_MONEY, RISK_REWARD, RISK_WEEK
from backoffice.global_events.models import NODE, OUTBOX, SEQUENCE, STREAM, SUBJECT
from backoffice.identity.models import (
    CREDENTIAL_GIVER,
    CREDENTIAL_LINK,
    LOGOUT_TOKEN,
    RECOVERY_CODE,
    SESSION,
    THROTTLE,
    USER,
    USER_ROLE,
)
from backoffice.jobs.repository import JOB
from backoffice.metadata import INSTALLATION, METADATA
from backoffice.operations.models import ADAPTER_REVISION, BRAND_REVISION, PROVIDER_REVISION
from backoffice.rules.repository import DRY_RUN_DIFFERENCE
from backoffice.support.models import (
    CUSTOMER_EXPORT,
    GOODWILL_BUDGET,
    GOODWILL_RESERVATION,
    LEGAL_HOLD,
)
from subgraphs.kit.records.recovery_sources import RecoverySource, Source, installation_source
from subgraphs.kit.topics import CELLS_TOPIC, GLOBAL_TOPIC

__all__ = ["METADATA", "RECOVERY_SOURCES"]

RECOVERY_SOURCES: Final = (
    installation_source(INSTALLATION),
    RecoverySource(
        AUDIT_LOG,
        Source.BACKUP,
        ("furlong audit export",),
        lost="who did what since the last export; an export proves what it holds, but is not read back",
    ),
    RecoverySource(AUDIT_HEAD, Source.DERIVED, (AUDIT_LOG.name,)),
    RecoverySource(PROPOSAL, Source.BACKUP, lost="proposals that wait for a second person: make them again"),
    RecoverySource(
        CONTENT_ITEM,
        Source.BACKUP,
        lost="drafts and the history of content; what is published stays with the rewards",
    ),
    RecoverySource(CONTENT_REVISION, Source.BACKUP, lost="as the items of content"),
    RecoverySource(CONTENT_IMAGE, Source.BACKUP, lost="uploaded images: upload them again"),
    RecoverySource(
        BRAND_REVISION,
        Source.BACKUP,
        lost="the earlier revisions of brands; what holds is read back from club.global.v1",
    ),
    RecoverySource(
        PROVIDER_REVISION,
        Source.BACKUP,
        lost="the earlier revisions of providers; what holds is read back from club.global.v1",
    ),
    RecoverySource(
        BOARD_REVISION,
        Source.BACKUP,
        lost="the earlier revisions of boards; what holds is read back from club.global.v1",
    ),
    RecoverySource(
        ADAPTER_REVISION,
        Source.BACKUP,
        lost="the earlier revisions of adapters' settings; what holds is read back from club.global.v1",
    ),
    RecoverySource(
        USER, Source.BACKUP, lost="accounts of people: add them again with `furlong backoffice user`"
    ),
    RecoverySource(USER_ROLE, Source.BACKUP, lost="the roles of people, as their accounts"),
    RecoverySource(CREDENTIAL_GIVER, Source.BACKUP, lost="who could act for whom: reset the accounts"),
    RecoverySource(CREDENTIAL_LINK, Source.TRANSIENT, lost="links not used yet: send them again"),
    RecoverySource(RECOVERY_CODE, Source.BACKUP, lost="recovery codes: people make new ones"),
    RecoverySource(SESSION, Source.TRANSIENT, lost="everybody signs in again"),
    RecoverySource(THROTTLE, Source.TRANSIENT),
    RecoverySource(LOGOUT_TOKEN, Source.TRANSIENT),
    RecoverySource(
        DRY_RUN_DIFFERENCE, Source.TRANSIENT, lost="the bets that dry runs listed: run them again"
    ),
    RecoverySource(JOB, Source.TRANSIENT, lost="the results of jobs: start them again"),
    RecoverySource(LEGAL_HOLD, Source.BACKUP, lost="legal holds: place them again before anybody is erased"),
    RecoverySource(
        GOODWILL_BUDGET, Source.BACKUP, lost="goodwill budgets: nothing is given until they are set"
    ),
    RecoverySource(
        GOODWILL_RESERVATION,
        Source.BACKUP,
        lost="what this week's goodwill has used of its budgets; what was paid stays with fulfilment",
    ),
    RecoverySource(
        CUSTOMER_EXPORT, Source.TRANSIENT, lost="exports that wait to be fetched: start them again"
    ),
    RecoverySource(
        RISK_CURVE,
        Source.BACKUP,
        lost="what forecasts compare with: there are none until three weeks are recorded again",
    ),
    RecoverySource(RISK_CELL, Source.TOPIC, (CELLS_TOPIC,)),
    RecoverySource(RISK_WEEK, Source.TRANSIENT, lost="figures: they are counted again"),
    RecoverySource(RISK_MONEY, Source.TRANSIENT, lost="as the weeks' figures"),
    RecoverySource(RISK_REWARD, Source.TRANSIENT, lost="as the weeks' figures"),
    RecoverySource(SUBJECT, Source.TOPIC, (GLOBAL_TOPIC,), lost="who made the decisions"),
    RecoverySource(SEQUENCE, Source.TOPIC, (GLOBAL_TOPIC,)),
    RecoverySource(NODE, Source.TOPIC, (CELLS_TOPIC,)),
    RecoverySource(OUTBOX.outbox, Source.TRANSIENT, lost="decisions not published yet: make them again"),
    RecoverySource(OUTBOX.lease, Source.TRANSIENT),
    RecoverySource(STREAM.position, Source.TRANSIENT),
    RecoverySource(STREAM.dead_letter, Source.TOPIC, (CELLS_TOPIC,)),
)
