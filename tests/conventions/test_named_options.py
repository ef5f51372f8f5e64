"""Options of commands and settings that the documentation names are those that there are."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from furlong.cli.diagnosis import NOT_SETTINGS
from furlong.cli.main import COMMANDS
from furlong.settings import listed
from tests.support.repository_files import ROOT, repository_files

OTHERS: Final = {"CHANGELOG.md", "docs/extending.md", "docs/decisions/what-the-gateway-left-out.md"}
"""Texts about options of their time, or of a block that a reader makes."""
NO_SETTINGS: Final = {
    *NOT_SETTINGS,
    "FURLONG_GATEWAY_NAME",  # stands for any
    "FURLONG_GATEWAY_USAGE_FILE",  # a former name
    "FURLONG_GATEWAY__CALLS_HEADER__ENABLED",  # of a feature that a reader writes
    "FURLONG_SERVE_PORT",  # Kubernetes sets it
}
COMMAND: Final = re.compile(r"\bfurlong ((?:[a-z][a-z-]*)(?:[ \t]+[^\n`|;&<>()]*)?)")
CONTINUED: Final = re.compile(r"\\\n\s*")
SETTING: Final = re.compile(r"FURLONG_[A-Z0-9_]*[A-Z0-9](?![A-Z0-9_]*[<{*…])")
EVERYWHERE: Final = {"-h", "--help", "--version"}


def documents() -> dict[str, str]:
    """Return what people read, by name."""
    names = {
        name for name in repository_files("*.md") if name.startswith("docs/") or "/" not in name
    } - OTHERS
    return {name: CONTINUED.sub(" ", (ROOT / name).read_text(encoding="utf-8")) for name in sorted(names)}


def unknown_options(text: str) -> Iterator[str]:
    """Yield each option that a text gives to a command that has it not."""
    for line in COMMAND.findall(text):
        words = _words(line)
        if words[0] not in COMMANDS:
            continue
        command = command_of(words[0])
        known, place = options_of(command), [words[0]]
        for word in words[1:]:
            below = getattr(command, "commands", {})
            if word in below:
                command = below[word]
                place.append(word)
                known |= options_of(command)
            elif word.startswith("--") and len(word) > 2 and word.partition("=")[0] not in known:
                yield f"{' '.join(place)}: {word}"


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:  # a text that goes on
        return line.split()


@cache
def command_of(name: str) -> Any:
    """Return a command, or a group of them, as it is started."""
    return COMMANDS[name].load(name)


def options_of(command: Any) -> set[str]:
    """Return the options of a command."""
    return EVERYWHERE | {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }


def unknown_settings(text: str) -> set[str]:
    """Return the settings of a text that nobody reads; the beginning of several is none."""
    known = {variable for variable, _, _ in listed()}
    return {
        name
        for name in SETTING.findall(text)
        if name not in known | NO_SETTINGS and not any(each.startswith(f"{name}_") for each in known)
    }


def test_options_that_documents_name_exist() -> None:
    """Who copies a command is not told that an option is unknown."""
    found = {name: wrong for name, text in documents().items() if (wrong := sorted({*unknown_options(text)}))}
    assert found == {}


def test_settings_that_documents_name_exist() -> None:
    """A setting that was renamed is renamed in the documents."""
    found = {name: wrong for name, text in documents().items() if (wrong := unknown_settings(text))}
    assert found == {}


def test_an_option_or_a_setting_that_does_not_exist_is_found() -> None:
    """The checks above can fail."""
    text = (
        "`furlong deadletters replay --dry-run --wet-run`\nfurlong token \\\n  --customr=c-1 --customer c-1"
    )
    assert [*unknown_options(CONTINUED.sub(" ", text))] == [
        "deadletters replay: --wet-run",
        "token: --customr=c-1",
    ]
    assert unknown_settings("`FURLONG_KAFKA_BOOTSTRAP` `FURLONG_KAFKA_BOTSTRAP`") == {
        "FURLONG_KAFKA_BOTSTRAP"
    }
