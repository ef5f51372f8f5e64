"""All tables of the back office; an area that adds tables adds its line here."""

from backoffice.approvals.repository import PROPOSAL
from backoffice.audit.repository import AUDIT_HEAD, AUDIT_LOG
from backoffice.content.models import CONTENT_IMAGE, CONTENT_ITEM, CONTENT_REVISION
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
from backoffice.operations.models import BRAND_REVISION, PROVIDER_REVISION
from backoffice.rules.repository import DRY_RUN_DIFFERENCE
from backoffice.support.models import (
    CUSTOMER_EXPORT,
    GOODWILL_BUDGET,
    GOODWILL_RESERVATION,
    LEGAL_HOLD,
)

__all__ = [
    "AUDIT_HEAD",
    "AUDIT_LOG",
    "BRAND_REVISION",
    "CONTENT_IMAGE",
    "CONTENT_ITEM",
    "CONTENT_REVISION",
    "CREDENTIAL_GIVER",
    "CREDENTIAL_LINK",
    "CUSTOMER_EXPORT",
    "DRY_RUN_DIFFERENCE",
    "GOODWILL_BUDGET",
    "GOODWILL_RESERVATION",
    "INSTALLATION",
    "JOB",
    "LEGAL_HOLD",
    "LOGOUT_TOKEN",
    "METADATA",
    "NODE",
    "OUTBOX",
    "PROPOSAL",
    "PROVIDER_REVISION",
    "RECOVERY_CODE",
    "RISK_CELL",
    "RISK_CURVE",
    "RISK_MONEY",
    "RISK_REWARD",
    "RISK_WEEK",
    "SEQUENCE",
    "SESSION",
    "STREAM",
    "SUBJECT",
    "THROTTLE",
    "USER",
    "USER_ROLE",
]
