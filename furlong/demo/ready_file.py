"""The ready file: where other programs find a running demo."""

import json
import os
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

DEFAULT = Path(".furlong/demo.json")


class DemoCustomer(BaseModel):
    """A customer as whom the demo can be used."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    token: str
    note: str = ""


class InternalGraph(BaseModel):
    """The internal graph, which answers requests with a key only."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    graphql: str
    key: str


class DemoFacts(BaseModel):
    """The addresses of a running demo, and its customers."""

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
    """The file that moves its clock; None if it uses the machine's."""
    internal: InternalGraph | None = None


def write(path: Path, facts: DemoFacts) -> None:
    """Write the file in one step, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(facts.model_dump(mode="json"), indent=2) + "\n")
    fresh.replace(path)


def read(path: Path = DEFAULT) -> DemoFacts | None:
    """Return the facts of the running demo, or None if no demo runs in this folder."""
    try:
        content: Any = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return DemoFacts.model_validate(content)
