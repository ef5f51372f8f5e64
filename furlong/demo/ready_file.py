"""Where a demo is found: the folder that keeps its data across restarts, and the file for other programs."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from foundation.storage.settings import DatabaseSettings
from furlong.demo import READY_FILE

DATABASES: Final = "databases"
"""The folder within it that holds the SQLite files."""


def make_private(data: Path) -> Path:
    """Create a data folder unless it exists, let only its owner into it, and return it."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    data.chmod(0o700)
    return data


def database_in(data: Path) -> DatabaseSettings:
    """Return the settings of the databases in a data folder."""
    return databases_at(f"sqlite+aiosqlite:///{(data / DATABASES).resolve()}")


def databases_at(url: str) -> DatabaseSettings:
    """Return the settings of a demo's databases, which are all in one place."""
    return DatabaseSettings(url=url).model_copy(update={"urls": {}})


class DemoCustomer(BaseModel):
    """A customer whom a visitor of the demo can play."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    token: str
    note: str = ""


class InternalGraph(BaseModel):
    """The internal graph, which answers requests with a key only."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    graphql: str
    key: str


class DemoAccount(BaseModel):
    """An account of the back office; `totp` is the secret of its second factor, in base32."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    role: str
    user: str
    password: str
    totp: str


class DemoBackoffice(BaseModel):
    """The back office, with a ready account for each role."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    url: str
    accounts: tuple[DemoAccount, ...]


class DemoBrand(BaseModel):
    """The site of a brand that shows the club in its pages, and the key with which it requests sessions."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    brand: str
    site: str
    key: str


class DemoCell(BaseModel):
    """A cell of the demo: its customers' partitions, its databases, and its own gateway behind the router."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    partitions: str
    of: int
    database: str
    graphql: str


class DemoPayments(BaseModel):
    """The played payment processors.

    Attributes:
        processor: The API and pages of the one for cards.
        control: Its control requests.
        webhooks: Where it sends webhooks.
        bank: The control requests of the bank, which has files in the data folder.
        off: Why there are none; empty if they are there, and then all addresses are.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    processor: str = ""
    control: str = ""
    webhooks: str = ""
    bank: str = ""
    off: str = ""


class DemoCasino(BaseModel):
    """The played providers of games.

    Attributes:
        providers: Where each serves its games.
        control: Their control requests.
        wallet: Where they find customers' money: the operator API of an aggregator.
        off: Why there are none; empty if they are there, and then all addresses are.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    providers: dict[str, str] = {}
    control: str = ""
    wallet: str = ""
    off: str = ""


class DemoOperator(BaseModel):
    """A betting site that keeps its customers' money itself.

    Attributes:
        brand: Whose customers'.
        wallet: Where its wallet is asked, by Hub88's operator API.
        books: What its customers have, and each transaction.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    brand: str
    wallet: str
    books: str


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
    """The file that moves the demo's clock; None if the demo uses the machine's clock."""
    internal: InternalGraph | None = None
    live: str = ""
    """Where WebSockets are opened (graphql-transport-ws); empty in the file of an older demo."""
    backoffice: DemoBackoffice | None = None
    """The back office; None in the file of an older demo."""
    docs: str = ""
    """The documentation, or how to build it; empty where there is none to build."""
    brands: tuple[DemoBrand, ...] = ()
    """The sites of brands; empty if the environment says which sites may show the club."""
    cells: tuple[DemoCell, ...] = ()
    """The cells; empty if the demo has none."""
    payments: DemoPayments | None = None
    """How customers pay; None in the file of an older demo."""
    casino: DemoCasino | None = None
    """Who has the games of the lobby; None in the file of an older demo."""
    operator: DemoOperator | None = None
    """Who keeps the money of one brand's customers; None if all of it is in our wallet."""


class DemoRuns(Exception):
    """Another demo runs in this folder; the message says where."""


@contextmanager
def only_demo(path: Path, data: Path | None = None) -> Iterator[None]:
    """Keep a ready file, and the data if there are any, to one demo for the duration of the block.

    A file beside the ready file, which stays, tells that a demo runs: it is locked.

    Raises:
        DemoRuns: Another one has them.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _held(path.with_suffix(".lock")) as is_only:
        if not is_only:
            raise DemoRuns(
                f"one already runs in this folder{_address_in(path)}: use that one, or stop it first"
            )
        with nullcontext(True) if data is None else _held(data) as is_ours:
            if not is_ours:
                raise DemoRuns(f"another one uses {data}: stop it first, or choose another folder by --data")
            yield


def _address_in(path: Path) -> str:
    with suppress(ValueError):  # the file of an older demo
        running = read(path)
        if running is not None:
            return f", at {running.url}"
    return ""


@contextmanager
def _held(path: Path) -> Iterator[bool]:
    """Hold a folder or a file, which ends with the process at the latest; tell whether nobody else did."""
    descriptor = os.open(path, os.O_RDONLY | (0 if path.is_dir() else os.O_CREAT), 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def write(path: Path, facts: DemoFacts) -> None:
    """Write the file atomically, so that no reader sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(facts.model_dump(mode="json"), indent=2) + "\n")
    fresh.replace(path)


def read(path: Path = READY_FILE) -> DemoFacts | None:
    """Return the facts of the running demo, or None if no demo runs in this folder."""
    try:
        content: Any = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return DemoFacts.model_validate(content)
