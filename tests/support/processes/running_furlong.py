"""Run Furlong as its users do: start its commands, and use them over the network."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from confluent_kafka import Producer

from tests.support.processes.forked_programs import Program, run_forked, start_forked

ROOT = Path(__file__).resolve().parents[3]
FURLONG = str(Path(sys.executable).with_name("furlong"))
BETSLIP = (ROOT / "contracts" / "betslip.graphql").read_text()
MUTATIONS = (ROOT / "contracts" / "mutations.graphql").read_text()
UPDATES = (ROOT / "contracts" / "updates.graphql").read_text()
PATIENCE_SECONDS = 300.0
TAIL = 50_000
"""Characters of a log that are shown."""
BRAND = "northbet"


def eventually(question: Callable[[], Any], what: str) -> Any:
    """Return the first true result of a function; fail if there is none for a long time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (answer := question()):
        if time.monotonic() > deadline:
            pytest.fail(f"did not happen: {what}")
        time.sleep(0.05)
    return answer


@dataclass
class Programs:
    """Processes of `furlong` that run beside the test, each with its log.

    Attributes:
        installed: Whether each process is the installed command, which imports everything by itself.
        code: The folder of another version, whose processes these are.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    installed: bool = False
    code: Path | None = None
    started: list[Program] = field(default_factory=list)

    def start(self, *arguments: str, **more: str) -> Program:
        """Start `furlong ARGUMENTS` in the folder; `more` are further environment variables."""
        return self._start(("furlong", *arguments), **more)

    def start_skewed(self, seconds: int, *arguments: str) -> Program:
        """Start `furlong ARGUMENTS` on a node whose clock is ahead of the database's by some seconds."""
        return self._start((str(Path(__file__).with_name("skewed_node.py")), str(seconds), *arguments))

    def _start(self, arguments: tuple[str, ...], **more: str) -> Program:
        environment = self._whole_environment() | more
        with (self.folder / f"{len(self.started)}-{arguments[1]}.log").open("wb") as log:
            program: Program
            if self.installed or self.code:
                program = subprocess.Popen(
                    [FURLONG, *arguments[1:]], cwd=self.folder, env=environment, stdout=log, stderr=log
                )
            else:
                program = start_forked(*arguments, environment=environment, folder=self.folder, log=log)
        self.started.append(program)
        return program

    def run(self, *arguments: str) -> str:
        """Run `furlong ARGUMENTS` to its end and return its output; fail if it fails."""
        ended = self.ended(*arguments)
        assert ended.returncode == 0, f"furlong {' '.join(arguments)}: {ended.stdout}{ended.stderr}"
        return ended.stdout

    def refused(self, *arguments: str) -> str:
        """Run `furlong ARGUMENTS`, which ends with 1, and return its error."""
        ended = self.ended(*arguments)
        assert ended.returncode == 1, ended.stdout
        return ended.stderr

    def ended(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run `furlong ARGUMENTS` to its end, whatever that is; `more` are further environment variables."""
        environment = self._whole_environment() | more
        if self.code:
            return subprocess.run(
                [FURLONG, *arguments],
                cwd=self.folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=PATIENCE_SECONDS,
                check=False,
            )
        return run_forked(
            "furlong", *arguments, environment=environment, folder=self.folder, timeout=PATIENCE_SECONDS
        )

    def _whole_environment(self) -> dict[str, str]:
        other = {"PYTHONPATH": str(self.code)} if self.code else {}
        return {**without_settings(), **self.environment, **other}

    def logs(self) -> str:
        """Return the logs of all processes so far."""
        return "\n".join(log.read_text(errors="replace")[-TAIL:] for log in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        """Stop all processes."""
        for program in self.started:
            if program.poll() is None:
                program.send_signal(signal.SIGTERM)
        for program in self.started:
            try:
                program.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                program.kill()
                program.wait()


@contextmanager
def programs_in(
    folder: Path,
    environment: Mapping[str, str] | None = None,
    *,
    installed: bool = False,
    code: Path | None = None,
) -> Iterator[Programs]:
    """Yield processes that are stopped at the end of the block."""
    programs = Programs(folder, environment or {}, installed, code)
    try:
        yield programs
    finally:
        programs.stop()


def without_settings() -> dict[str, str]:
    """Return the environment without settings of Furlong, but the one that lets servers stop quickly."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("FURLONG_")}
    return {**inherited, "FURLONG_GATEWAY_DRAIN_SECONDS": "0"}


def _update(response: dict[str, Any]) -> dict[str, Any]:
    """Return the update in an event of a stream, which has no errors."""
    assert "errors" not in response, response
    return dict(response["data"]["clubUpdated"])


@dataclass(frozen=True)
class Site:
    """A served graph and its Kafka, as clients see them."""

    url: str
    kafka: str
    tokens: Mapping[str, str]

    def ask(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        customer: str | None = None,
        operation: str | None = None,
    ) -> dict[str, Any]:
        """Return the answer to an operation, which must come with status 200."""
        body: dict[str, Any] = {"query": document, "variables": dict(variables or {})}
        if operation:
            body["operationName"] = operation
        headers = {"Authorization": f"Bearer {self.tokens[customer]}"} if customer else {}
        answer = httpx.post(f"{self.url}/graphql", json=body, headers=headers, timeout=30)
        assert answer.status_code == httpx.codes.OK, answer.text
        return dict(answer.json())

    def club(self, customer: str) -> dict[str, Any]:
        """Return the customer's club, by the bet-slip's query and without errors."""
        answer = self.ask(BETSLIP, {"brand": BRAND}, customer=customer)
        assert "errors" not in answer, answer
        return dict(answer["data"]["club"])

    def staked(self, customer: str) -> int:
        """Return what counts for the customer this week, in minor units."""
        return int(self.club(customer)["progress"]["staked"]["minor"])

    def change(self, operation: str, customer: str, **arguments: Any) -> dict[str, Any]:
        """Return the payload of a mutation, which gets a new idempotency key unless one is given."""
        wanted = {"brand": BRAND, "idempotencyKey": str(uuid.uuid4()), **arguments}
        answer = self.ask(MUTATIONS, {"input": wanted}, customer=customer, operation=operation)
        assert "errors" not in answer, answer
        return dict(next(iter(answer["data"].values())))

    @contextmanager
    def follow(self, customer: str) -> Iterator[Iterator[dict[str, Any]]]:
        """Subscribe to the customer's club; yield the events as they come, by one connection."""
        headers = {"Authorization": f"Bearer {self.tokens[customer]}", "Accept": "text/event-stream"}
        body = {"query": UPDATES, "variables": {"brand": BRAND}}
        with httpx.stream(
            "POST", f"{self.url}/graphql", json=body, headers=headers, timeout=PATIENCE_SECONDS
        ) as response:
            assert response.status_code == httpx.codes.OK, response.read()
            lines = response.iter_lines()
            data = (line.removeprefix("data:").strip() for line in lines if line.startswith("data:"))
            yield (_update(json.loads(text)) for text in data if text)

    def produce(self, *values: bytes, key: str, topic: str = "club.progress.v1") -> None:
        """Produce records to a topic and wait for their acknowledgement."""
        producer = Producer({"bootstrap.servers": self.kafka, "enable.idempotence": True})
        for value in values:
            producer.produce(topic, value, key=key)
        assert producer.flush(60) == 0
        producer.close()

    def bet(self, customer: str, bet_id: str, **changes: Any) -> bytes:
        """Return a progress message of a £5 bet that counts, with some fields changed."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        facts = {
            "schema": "club.progress/1",
            "event_id": str(uuid.uuid4()),
            "brand_id": BRAND,
            "customer_id": customer,
            "bet_id": bet_id,
            "bet_revision": 1,
            "status": "placed",
            "bet_type": "single",
            "stake_minor": 500,
            "counting_stake_minor": changes.get("stake_minor", 500),
            "currency": "GBP",
            "stake_source": "cash",
            "odds_milli": 2500,
            "placed_at": now,
            "occurred_at": now,
            "product": "betting",
        }
        return json.dumps(facts | changes).encode()


@dataclass(frozen=True)
class Demo:
    """A running demo: its graph, its ready file and its process."""

    site: Site
    facts: Mapping[str, Any]
    process: Program
    programs: Programs


@contextmanager
def running_demo(
    folder: Path, *arguments: str, installed: bool = False, **environment: str
) -> Iterator[Demo]:
    """A demo without traffic on a free port, with its data below the folder.

    It trusts a provider whose test is slow.
    """
    patient = {"FURLONG_EVENTS_SILENCE_SECONDS": "600", **environment}
    with programs_in(folder, patient, installed=installed) as programs:
        process = programs.start("demo", "--port", "0", "--no-traffic", "--data", "data", *arguments)
        ready = folder / ".furlong" / "demo.json"

        def is_ready() -> bool:
            if process.poll() is not None:
                pytest.fail(f"the demo ended with {process.returncode}: {programs.logs()}")
            return ready.exists()

        eventually(is_ready, "the demo is ready")
        facts = json.loads(ready.read_text())
        tokens = {customer["id"]: customer["token"] for customer in facts["customers"]}
        yield Demo(Site(facts["url"], facts["kafka"], tokens), facts, process, programs)
