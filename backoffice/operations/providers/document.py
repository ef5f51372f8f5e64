"""The configuration of a provider as a document: its checks, and what differs between two.

What looks like a secret is refused, so that none is stored where only the name of one belongs.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import log2
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from backoffice.errors import Invalid, Problem
from consumers.feeds.mapping.feed import BETS
from consumers.messages.global_events.states import ProviderState, read_state
from consumers.stream.errors import Poison
from providers.registry import NAMES as PROCESSES
from subgraphs.club_kit.domain.reward_kinds.registry import RewardKind, paid_by
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import GlobalKind

CHANGED: Final = "Somebody else has changed this provider meanwhile: look at it again."
MAX_FIELD_LENGTH: Final = 40


def adapter_kinds(config: ProviderConfig) -> tuple[RewardKind, ...]:
    """Return the kinds of reward for which a provider's adapter has a request."""
    return paid_by(config.adapter.declaration.sort)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that differs between two configurations; None where a revision does not exist."""

    field: str
    before: Any
    after: Any


def parse_provider_config(
    fields: Mapping[str, Any], reason: str, settings: FulfilmentSettings
) -> ProviderConfig:
    """Return a configuration that nodes can use, as far as that can be told here.

    Raises:
        Invalid: A rule is broken, or something looks like a secret. No message holds a value.
    """
    problems = list(_secrets(fields, reason))
    if problems:
        raise Invalid(problems)
    try:
        config = ProviderConfig.model_validate(dict(fields))
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        raise Invalid(
            [
                Problem(".".join(str(part)[:MAX_FIELD_LENGTH] for part in fault["loc"]), fault["msg"])
                for fault in faults
            ]
        ) from None
    problems = [*_rules(config, reason), *_lease(config, settings)]
    if problems:
        raise Invalid(problems)
    return config


def state_of(config: ProviderConfig, revision: int) -> ProviderState:
    """Return the state that holds on all nodes.

    Raises:
        Invalid: It does not fit into a message.
    """
    fields = {"revision": revision, **config.model_dump(mode="json")}
    try:
        state = read_state(GlobalKind.PROVIDER, ALL_BRANDS, config.name, fields)
    except Poison as fault:
        raise Invalid([Problem("", f"Nodes would refuse it: {fault.reason}")]) from None
    if not isinstance(state, ProviderState):
        raise TypeError(type(state))
    return state


def changes(before: ProviderConfig | None, after: ProviderConfig) -> list[FieldChange]:
    """Return the fields that differ."""
    old = {} if before is None else before.model_dump(mode="json")
    new = after.model_dump(mode="json")
    return [FieldChange(name, old.get(name), new[name]) for name in new if old.get(name) != new[name]]


def _secrets(fields: Mapping[str, Any], reason: str) -> Iterator[Problem]:
    for name, value in {**fields, "reason": reason}.items():
        texts = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
        if looks_like_secret(name) or any(
            isinstance(text, str) and looks_like_secret(text) for text in texts
        ):
            known = name in ProviderConfig.model_fields or name == "reason"
            yield Problem(name if known else "field", REFUSED)


def _rules(config: ProviderConfig, reason: str) -> Iterator[Problem]:
    if not reason.strip():
        yield Problem("reason", "Say why: nodes and the audit log show it.")
    if config.name in PROCESSES or config.name.startswith(BETS):
        yield Problem("name", "An adapter of another kind is switched off by this name: choose another.")
    address = urlsplit(config.url)
    if not address.hostname:
        yield Problem("url", "An address has a host.")
    if address.query or address.fragment:
        yield Problem("url", "An address has no query and no fragment: paths are added to it.")
    payable = adapter_kinds(config)
    for kind in config.kinds:
        if kind not in payable:
            yield Problem("kinds", f"The adapter {config.adapter} has no request for {kind}.")
    for name in ("kinds", "brands", "currencies"):
        values = getattr(config, name)
        if len(set(values)) < len(values):
            yield Problem(name, "Something is named twice.")


def _lease(config: ProviderConfig, settings: FulfilmentSettings) -> Iterator[Problem]:
    if (problem := settings.lease_problem(config)) is not None:
        yield Problem("timeoutSeconds", f"Workers would refuse it: {problem}.")


REFUSED: Final = (
    "This looks like a secret. Write the name of a secret; its value stands on the nodes, in "
    "FURLONG_FULFILMENT_SECRETS or in a file of FURLONG_FULFILMENT_SECRET_FOLDER. Nothing was stored; if it "
    "was a real one, replace it."
)
"""Never with the value: problems are shown, and errors are logged."""

_SCHEMES: Final = re.compile(r"\b(bearer|basic|token|digest)\s+\S{6,}", re.IGNORECASE)
_ASSIGNED: Final = re.compile(
    r"(password|passwd|pwd|secret|token|api[_-]?key|access[_-]?key|signature)\s*[=:]\s*\S+", re.IGNORECASE
)
_PREFIXES: Final = re.compile(
    r"(?<![A-Za-z0-9])(sk_|rk_|pk_|whsec_|sk-|ghp_|gho_|ghs_|ghu_|github_pat_|glpat-|xox[abpr]-|AKIA|ASIA|AIza|ya29\.|"
    r"eyJ|SG\.|npm_|pypi-|hvs\.|dop_v1_|shpat_|-----BEGIN)[A-Za-z0-9_./+=\- ]{4,}"
)
_WORD: Final = re.compile(r"[A-Za-z0-9+]+")
_RUN: Final = re.compile(r"[A-Za-z0-9+/=_\-]{20,}")
MIXED_CHARACTERS: Final = 10
LONG_CHARACTERS: Final = 24
MAX_CHANGES: Final = 2
LONG_ENTROPY: Final = 3.7
HEX_CHARACTERS: Final = 24


def looks_like_secret(text: str) -> bool:
    """Return whether a text holds what looks like a secret: a known form, or what nobody types by hand."""
    if _SCHEMES.search(text) or _ASSIGNED.search(text) or _PREFIXES.search(text) or _has_password(text):
        return True
    if any(_is_random(word) for word in _WORD.findall(text)):
        return True
    return any(_is_hexadecimal(run) or _mixes_cases(run) for run in _RUN.findall(text))


def _has_password(text: str) -> bool:
    """Return whether an address in a text has a user or a password."""
    for part in text.split():
        if "://" in part:
            try:
                if "@" in urlsplit(part).netloc:
                    return True
            except ValueError:
                return True
    return False


def _is_random(word: str) -> bool:
    """Return whether a word looks random: letters and digits alternate, or it is long and irregular."""
    if word.isdigit():
        return len(word) >= LONG_CHARACTERS
    turns = sum(a.isdigit() != b.isdigit() for a, b in pairwise(word))
    if len(word) >= MIXED_CHARACTERS and turns > MAX_CHANGES:
        return True
    return len(word) >= LONG_CHARACTERS and _entropy(word) >= LONG_ENTROPY


def _is_hexadecimal(run: str) -> bool:
    """Return whether a run is a number in hexadecimal digits, perhaps with hyphens, such as a UUID."""
    digits = run.replace("-", "")
    return len(digits) >= HEX_CHARACTERS and all(digit in "0123456789abcdefABCDEF" for digit in digits)


def _mixes_cases(run: str) -> bool:
    """Return whether small and capital letters and digits alternate, as in base64."""
    kinds = [
        "d" if character.isdigit() else "u" if character.isupper() else "l"
        for character in run
        if character.isalnum()
    ]
    turns = sum(a != b for a, b in pairwise(kinds))
    return len(set(kinds)) == 3 and turns * 3 >= len(kinds)  # noqa: PLR2004 - the three kinds


def _entropy(word: str) -> float:
    """Return Shannon's entropy in bits for each character."""
    counts = Counter(word)
    return -sum(n / len(word) * log2(n / len(word)) for n in counts.values())
