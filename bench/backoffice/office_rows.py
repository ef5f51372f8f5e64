"""Rows of the back office itself: what was done and proposed, jobs, and records that could not be applied.

Each table has as many rows as there are customers; one row of a thousand is of a kind that a rare filter asks
for. Rows of the audit log leave room before them for the looks that the benchmark itself records.
"""

from collections.abc import Mapping
from typing import Final

from bench.backoffice.filling import BRAND, NOW

AT: Final = f"'{NOW:%Y-%m-%d %H:%M:%S}' - INTERVAL n SECOND"
RARELY: Final = "IF(n % 1000 = 7, 'rare', 'usual')"
USUAL_TOPIC: Final = "club.progress.v1"
RARE_TOPIC: Final = "club.scheme.v1"

ROWS: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("backoffice", "audit_log"): {
        "sequence": "1000000 + n",
        "at": AT,
        "user_id": "CONCAT('u-', n % 50)",
        "person": "CONCAT('p-', n % 50)",
        "name": "'Somebody'",
        "session_id": "'s'",
        "address": "'127.0.0.1'",
        "action": RARELY,
        "brand_id": f"'{BRAND}'",
        "subject": f"CONCAT('customer:{BRAND}:c-', n)",
        "previous_hash": "SHA2(n, 256)",
        "hash": "SHA2(n + 1, 256)",
    },
    ("backoffice", "proposal"): {
        "proposal_id": "MD5(n)",
        "kind": RARELY,
        "brand_id": f"'{BRAND}'",
        "subject": f"CONCAT('customer:{BRAND}:c-', n)",
        "content": "'{}'",
        "content_hash": "SHA2(n, 256)",
        "reason": "'a reason'",
        "status": "IF(n % 1000 = 7, 'pending', 'executed')",
        "proposed_at": AT,
        "proposed_by": "CONCAT('u-', n % 50)",
        "proposer_person": "CONCAT('p-', n % 50)",
        "proposer_name": "'Somebody'",
    },
    ("backoffice", "job"): {
        "job_id": "MD5(n)",
        "job_key": "MD5(n)",
        "kind": "'support.export'",
        "brand_id": f"'{BRAND}'",
        "arguments": "'{}'",
        "status": "IF(n % 1000 = 7, 'failed', 'done')",
        "done": "1",
        "attempts": "1",
        "cancel_requested": "0",
        "created_by": "'u-1'",
        "creator": ('\'{"user_id":"u","person":"p","name":"N","session_id":"s","address":"a","roles":{}}\''),
        "created_at": AT,
    },
    ("progress", "dead_letter"): {
        "topic": f"IF(n % 1000 = 7, '{RARE_TOPIC}', '{USUAL_TOPIC}')",
        "`partition`": "n % 4",
        "`offset`": "n",
        "generation": "'g'",
        "reason": "'not JSON'",
        "value": "'{broken'",
        "headers": "'[]'",
        "stored_at": AT,
    },
}
