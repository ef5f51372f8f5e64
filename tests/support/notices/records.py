"""Records of the topics that the block of notices reads."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from consumers.stream.records import Record
from subgraphs.club_kit.topics import ACCOUNT_TOPIC
from subgraphs.kit.domain.instants import utc_text
from tests.support.notices import DISMISSED_TOPIC, NOTICE_TOPIC


def _record(topic: str, schema: str, key: str, body: Mapping[str, object]) -> Record:
    event = str(uuid5(NAMESPACE_URL, json.dumps([topic, body])))
    value = json.dumps({"schema": schema, "event_id": event, **body}).encode()
    return Record(topic, 0, 0, key.encode(), value, (("schema", schema.encode()),))


def notice(notice_id: str, *, revision: int = 1, text: str = "text", fee_minor: int = 0) -> Record:
    """Return a notice of the platform, which has no brand."""
    body = {"notice_id": notice_id, "revision": revision, "text": text, "fee_minor": fee_minor}
    return _record(NOTICE_TOPIC, "platform.notice/1", notice_id, body)


def dismissed(customer: str, notice_id: str, at: datetime) -> Record:
    """Return a dismissal by a customer of Northbet."""
    body = {
        "brand_id": "northbet",
        "customer_id": customer,
        "notice_id": notice_id,
        "dismissed_at": utc_text(at),
    }
    return _record(DISMISSED_TOPIC, "platform.notice-dismissed/1", f"northbet:{customer}", body)


def erased(customer: str, at: datetime) -> Record:
    """Return the null value that erases a customer of Northbet."""
    return Record(ACCOUNT_TOPIC, 0, 0, f"northbet:{customer}".encode(), None, (), at)
