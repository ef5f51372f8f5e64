"""What the simulator publishes about notes, as their contract has it."""

from collections.abc import Iterator
from datetime import datetime
from random import Random
from typing import Final
from uuid import uuid4

import msgspec

from simulator.kafka.messages import Message
from simulator.world import World

SCHEMA: Final = "platform.note/1"
TEXTS: Final = ("Welcome to the club.", "Your bet is settled.", "Boosted prices on the big race today.")


def messages(world: World, random: Random, now: datetime) -> Iterator[Message]:
    """Yield a new note to one of the customers who bet."""
    brand = random.choice(world.brands)
    customers = brand.betting_customers()
    if not customers:
        return
    customer = random.choice(customers).id
    at = now.isoformat().replace("+00:00", "Z")
    body = {
        "schema": SCHEMA,
        "event_id": str(uuid4()),
        "brand_id": brand.id,
        "customer_id": customer,
        "note_id": f"n-{uuid4().hex}",
        "revision": 1,
        "text": random.choice(TEXTS),
        "written_at": at,
    }
    key = f"{brand.id}:{customer}".encode()
    yield Message("platform.note.v1", key, msgspec.json.encode(body), (("schema", SCHEMA.encode()),))
