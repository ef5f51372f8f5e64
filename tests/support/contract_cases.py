"""Cases of a contract and what reads it, and whether both say the same."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from consumers.stream.errors import Poison
from tests.support.contract_messages import Path, changed, instant_of, messages, validator, written
from tests.support.examples import examples

Body = dict[str, Any]
SKEW: Final = timedelta(minutes=5)
FEWER: Final = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    max_examples=examples(30),
)
"""A message has dozens of fields, of which each example tries all."""

ABSENT: Final = object()


@dataclass(frozen=True)
class Rule:
    """What a contract describes in words, because JSON Schema cannot compare fields.

    Attributes:
        holds: Tells whether a message that keeps the schema keeps the rule too.
        keep: Changes a message so that it does.
    """

    holds: Callable[[Body], bool] = lambda _: True
    keep: Callable[[Body], None] = lambda _: None


@dataclass(frozen=True)
class Case:
    """A contract and a decoder.

    Attributes:
        form: The contract, or the part of it from which messages are drawn.
        decode: Decodes a message, of which it gets the body and the text.
        unread: Fields that the decoder does not read.
        added: Fields that messages of older versions do not have, so that the decoder does not need them.
    """

    name: str
    contract: Mapping[str, Any] = field(repr=False)
    decode: Callable[[Body, str], Any]
    rule: Rule = field(default_factory=Rule)
    unread: frozenset[str] = frozenset()
    added: frozenset[str] = frozenset()
    form: Mapping[str, Any] | None = field(default=None, repr=False)

    @cached_property
    def messages(self) -> st.SearchStrategy[Body]:
        """Return messages of the contract's form, many of which break its rule."""
        return messages(self.form or self.contract)

    def check_allowed(self, data: st.DataObject) -> None:
        """Check that a message that the contract allows is decoded, however its numbers are spelled."""
        body = data.draw(self.messages)
        self.rule.keep(body)
        validator(self.contract).validate(body)
        assert self.rule.holds(body)
        assert self.decode(body, data.draw(written(body))) == self.decode(body, json.dumps(body))

    def check_changed(self, data: st.DataObject) -> None:
        """Check that a message with one other field is decoded if, and only if, the contract allows it."""
        body = data.draw(self.messages)
        self.rule.keep(body)
        path, body = data.draw(changed(body))
        is_allowed = validator(self.contract).is_valid(body) and self.rule.holds(body)
        refusal = self._refusal(body, data.draw(written(body)))
        if is_allowed or refusal is not None:
            assert (is_allowed, refusal) == (refusal is None, refusal)
        else:
            assert self._is_tolerated(path, body)

    def _refusal(self, body: Body, text: str) -> str | None:
        try:
            self.decode(body, text)
        except Poison as refused:
            return refused.reason
        return None

    def _is_tolerated(self, path: Path, body: Body) -> bool:
        """Tell whether the decoder may take what the contract forbids: what is not read, or was not there."""
        if path[0] in self.unread or path[0] == "schema":  # a later minor version has a contract of its own
            return True
        *above, last = path
        there: Any = body
        for step in above:
            there = there[step]
        return last in self.added and there.get(last) is None


def in_order(*names: str) -> Callable[[Body], bool]:
    """Return the rule that times are in order, but for clocks that differ."""

    def holds(body: Body) -> bool:
        instants = [instant_of(body.get(name)) for name in names]
        known = [instant for instant in instants if instant is not None]
        return all(later >= earlier - SKEW for earlier, later in pairwise(known))

    return holds


def keep_order(body: Body, *names: str) -> None:
    """Put the times of fields in order."""
    texts = sorted((body[name] for name in names), key=lambda text: str(instant_of(text)))
    body.update(zip(names, texts, strict=True))
