"""The settings of an adapter's process as a document: its checks, and what differs between two."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import structlog
from pydantic import BaseModel, ConfigDict, ValidationError

from backoffice.errors import Invalid, Problem
from backoffice.operations.providers.document import FieldChange, looks_like_secret
from consumers.messages.global_events.states import AdapterState, read_state
from consumers.stream.errors import Poison
from providers.api_settings import ApiSettings
from providers.configuration import UnusableSettings, read_configuration, settings_fields
from providers.declaration import AdapterDeclaration
from providers.registry import NAMES, find_adapter
from subgraphs.kit.domain.keys import ALL_BRANDS
from subgraphs.kit.records.global_state import GlobalKind

log = structlog.get_logger(__name__)
MAX_TEXT_LENGTH: Final = 1_000
MAX_LIST_LENGTH: Final = 500
REFUSED: Final = (
    "This looks like a secret, and settings have none: its value stands on the node, in a file of "
    "FURLONG_PROVIDERS_SECRET_FOLDER. Nothing was stored; if it was a real one, replace it."
)
"""Never with the value: problems are shown, and errors are logged."""

NO_ADDRESS: Final = "Say where the provider's API is: without an address its process is down."


class AdapterConfiguration(BaseModel):
    """All settings of an adapter, as JSON's values."""

    model_config = ConfigDict(frozen=True)

    name: str
    settings: dict[str, Any]


def environment_configurations() -> dict[str, AdapterConfiguration]:
    """Return what the environment of this process says of adapters; nothing of one that it says badly.

    That is one that is not allowed, or with what could not be typed, such as a secret.
    """
    found = {}
    for name in NAMES:
        adapter = find_adapter(name)
        try:
            settings = settings_fields(adapter.settings())
        except ValidationError:
            continue
        if unusable := sorted({problem.path for problem in _texts(adapter, settings)}):
            log.warning("environment_not_imported", adapter=name, settings=unusable)
            continue
        found[name] = AdapterConfiguration(name=name, settings=settings)
    return found


def parse_adapter_configuration(fields: Mapping[str, Any], reason: str) -> AdapterConfiguration:
    """Return a configuration that its adapter's declaration allows; settings that are left out have defaults.

    Raises:
        Invalid: A rule is broken, or something looks like a secret. No message holds a value.
    """
    name, settings = fields.get("name"), fields.get("settings")
    if name not in NAMES:
        raise Invalid([Problem("name", f"Adapters with a process are {', '.join(NAMES)}.")])
    if not isinstance(settings, Mapping):
        raise Invalid([Problem("settings", "Settings are an object with their names.")])
    adapter = find_adapter(name)
    problems = [*_texts(adapter, {**settings, "reason": reason})]
    if not reason.strip():
        problems.append(Problem("reason", "Say why: the approver and the audit log show it."))
    if problems:
        raise Invalid(problems)
    try:
        usable = read_configuration(adapter.settings, settings)
    except UnusableSettings as error:
        raise Invalid([Problem(path, _sentence(says)) for path, says in error.problems]) from None
    if isinstance(usable, ApiSettings) and not usable.url:
        raise Invalid([Problem("url", NO_ADDRESS)])
    return AdapterConfiguration(name=name, settings=settings_fields(usable))


def adapter_state(configuration: AdapterConfiguration, revision: int) -> AdapterState:
    """Return the state that its process follows.

    Raises:
        Invalid: It does not fit into a message.
    """
    fields = {"revision": revision, "name": configuration.name, "settings": configuration.settings}
    try:
        state = read_state(GlobalKind.ADAPTER, ALL_BRANDS, configuration.name, fields)
    except Poison as fault:
        raise Invalid([Problem("", f"Its process would refuse it: {fault.reason}")]) from None
    if not isinstance(state, AdapterState):
        raise TypeError(type(state))
    return state


def _texts(adapter: AdapterDeclaration, fields: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with texts, whatever the setting: secrets, control characters, lengths."""
    for name, value in fields.items():
        known = name in adapter.settings.model_fields or name == "reason"
        path = name if known else "settings"
        members = list(value) if isinstance(value, list | tuple) else [value]
        texts = [member for member in members if isinstance(member, str)]
        if looks_like_secret(str(name)) or any(looks_like_secret(text) for text in texts):
            yield Problem(path, REFUSED)
        if not all(text.isprintable() for text in texts) and name != "reason":
            yield Problem(path, "Only characters that can be seen.")
        if any(len(text) > MAX_TEXT_LENGTH for text in texts) or len(members) > MAX_LIST_LENGTH:
            yield Problem(path, f"At most {MAX_LIST_LENGTH} members of {MAX_TEXT_LENGTH} characters.")


def _sentence(says: str) -> str:
    return says.removeprefix("Value error, ")


def setting_changes(before: AdapterConfiguration | None, after: AdapterConfiguration) -> list[FieldChange]:
    """Return the settings that differ."""
    return [change for change in all_settings(before, after) if change.before != change.after]


def all_settings(before: AdapterConfiguration | None, after: AdapterConfiguration) -> list[FieldChange]:
    """Return all settings, also those that do not differ."""
    old, new = {} if before is None else before.settings, after.settings
    return [FieldChange(name, old.get(name), new.get(name)) for name in dict.fromkeys([*new, *old])]
