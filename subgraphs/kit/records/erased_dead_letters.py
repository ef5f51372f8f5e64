"""Finds the dead letters about a customer, by their key or their bytes."""

import json
from typing import Any

from sqlalchemy import Table, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.storage.columns import Blob
from subgraphs.kit.domain.keys import Owner


async def letters_about(connection: AsyncConnection, table: Table, owner: Owner) -> list[int]:
    """Return the ids of the dead letters about a customer.

    A readable letter is about the customer that it names. An unreadable one counts as being about every
    customer whose quoted id it contains: losing it is better than keeping it.
    """
    key, quoted = ":".join(owner).encode(), json.dumps(owner.customer, ensure_ascii=False).encode()
    c = table.c
    rows = await connection.execute(
        select(c.id, c.key, c.value).where(
            or_(c.key == key, func.instr(c.value, literal(quoted, Blob())) > 0)
        )
    )
    return [row.id for row in rows if row.key == key or _names(row.value, owner)]


def _names(value: bytes, owner: Owner) -> bool:
    try:
        body: Any = json.loads(value)
    except (ValueError, RecursionError):
        return True
    if not isinstance(body, dict):
        return True
    return body.get("customer_id") == owner.customer and body.get("brand_id", owner.brand) == owner.brand
