"""The file by which others find a running demo."""

import json
import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

DEFAULT = Path(".furlong/demo.json")


class DemoCustomer(BaseModel):
    """A customer to try the demo with."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    token: str
    note: str = ""


class DemoFacts(BaseModel):
    """Where the demo is, and who may be tried."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    url: str
    graphql: str
    kafka: str
    upstream: str
    brand: str
    customers: tuple[DemoCustomer, ...]
    data: str
    generation: str
    clock: str | None = None
    """The file that moves its time; None where it goes by the machine's."""


def write(path: Path, facts: DemoFacts) -> None:
    """Writes the file in one step, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(facts.model_dump(mode="json"), indent=2) + "\n")
    fresh.replace(path)


def read(path: Path = DEFAULT) -> DemoFacts | None:
    """The running demo's facts; None where no demo runs in this folder."""
    try:
        content: Any = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return DemoFacts.model_validate(content)
