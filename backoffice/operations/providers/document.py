"""The configuration of a provider as a document: its checks, and what differs between two."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from backoffice.errors import Invalid, Problem
from backoffice.operations.providers.secret_shapes import REFUSED, looks_like_secret
from consumers.messages.global_events.states import ProviderState, read_state
from consumers.stream.errors import Poison
from subgraphs.fulfilment.providers.settings import FulfilmentSettings, ProviderConfig
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.domain.reward_kinds.registry import RewardKind, paid_by
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


def checked(fields: Mapping[str, Any], reason: str, settings: FulfilmentSettings) -> ProviderConfig:
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
        found = error.errors(include_input=False, include_url=False, include_context=False)
        raise Invalid(
            [
                Problem(".".join(str(part)[:MAX_FIELD_LENGTH] for part in one["loc"]), one["msg"])
                for one in found
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
        found = read_state(GlobalKind.PROVIDER, ALL_BRANDS, config.name, fields)
    except Poison as fault:
        raise Invalid([Problem("", f"Nodes would refuse it: {fault.reason}")]) from None
    if not isinstance(found, ProviderState):
        raise TypeError(type(found))
    return found


def changes(before: ProviderConfig | None, after: ProviderConfig) -> list[FieldChange]:
    """Return the fields that differ."""
    old = {} if before is None else before.model_dump(mode="json")
    new = after.model_dump(mode="json")
    return [FieldChange(name, old.get(name), new[name]) for name in new if old.get(name) != new[name]]


def _secrets(fields: Mapping[str, Any], reason: str) -> Iterator[Problem]:
    for name, value in {**fields, "reason": reason}.items():
        texts = [value] if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
        if looks_like_secret(name) or any(isinstance(one, str) and looks_like_secret(one) for one in texts):
            known = name in ProviderConfig.model_fields or name == "reason"
            yield Problem(name if known else "field", REFUSED)


def _rules(config: ProviderConfig, reason: str) -> Iterator[Problem]:
    if not reason.strip():
        yield Problem("reason", "Say why: nodes and the audit log show it.")
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
