"""Compose supergraphs in one long-lived Node process, with the composition library of `web/`."""

from __future__ import annotations

import atexit
import json
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "web" / "compose_server.mjs"


class NotComposable(Exception):
    """The subgraphs do not compose; the message contains the composition errors."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The result of composition.

    Attributes:
        supergraph: The SDL with join directives.
        public: The SDL of the schema that clients see.
    """

    supergraph: str
    public: str


class Composer:
    """A Node process, to be used from one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            ["node", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def compose(self, subgraphs: Mapping[str, str]) -> Composed:
        """Compose subgraphs, given by name as SDL.

        Raises:
            NotComposable: They do not compose.
        """
        with self._lock:
            if self._process.stdin is None or self._process.stdout is None:
                raise AssertionError("the process was started with pipes")
            self._process.stdin.write(json.dumps({"subgraphs": subgraphs}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The composer ended; it needs Node and web/node_modules: `make install-dev`.")
        answer = json.loads(line)
        if "errors" in answer:
            raise NotComposable("\n".join(answer["errors"]))
        return Composed(answer["supergraph"], answer["public"])

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process.wait(10)
            if self._process.stdout is not None:
                self._process.stdout.close()


@lru_cache(maxsize=1)
def shared_composer() -> Composer:
    """Return this process's composer, which ends with the process."""
    atexit.register(end_shared_composer)
    return Composer()


def end_shared_composer() -> None:
    """End the composer, if there is one: the next composition starts another."""
    if shared_composer.cache_info().currsize:
        shared_composer().close()
        shared_composer.cache_clear()


@lru_cache(maxsize=256)
def _compose(subgraphs: tuple[tuple[str, str], ...]) -> Composed:
    return shared_composer().compose(dict(subgraphs))


def compose(subgraphs: Mapping[str, str]) -> Composed:
    """Compose with the shared composer; recent results are cached, because shrinking repeats requests.

    Raises:
        NotComposable: They do not compose.
    """
    return _compose(tuple(sorted(subgraphs.items())))
