"""docs/cli.md lists every command with its help line; running this file rewrites the list.

Whatever else names a command names one that exists.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from furlong.cli.main import COMMANDS
from tests.support.repository_files import ROOT, repository_files

PAGE: Final = ROOT / "docs" / "cli.md"
NAMED: Final = re.compile(r"`furlong ([a-z][a-z -]*)")
OTHERS: Final = {"CHANGELOG.md", "docs/extending.md"}
"""Texts that name commands of their time, or of a block that a reader makes."""
BEGIN, END = "<!-- commands -->\n", "<!-- end of commands -->\n"


def leaves(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield the commands that do something, by their whole names."""
    below = getattr(command, "commands", {})
    if not below or command.invoke_without_command:
        yield name, command
    for each, found in below.items():
        yield from leaves(found, f"{name} {each}")


def with_commands(page: str) -> str:
    """Return the page with the list of the current commands."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    rows = [
        f"| `furlong {name}` | {command.get_short_help_str(1000)} |\n"
        for group, entry in COMMANDS.items()
        for name, command in leaves(entry.load(group), group)
    ]
    return f"{before}{BEGIN}| command | |\n| --- | --- |\n{''.join(rows)}{END}{after}"


def test_the_page_lists_all_commands() -> None:
    """Every command is on the page, with the first sentence of its help."""
    page = PAGE.read_text()
    assert page == with_commands(page), "run python tests/conventions/test_cli_page.py"


def unknown(text: str) -> set[str]:
    """Return what a text names as a command between backticks, and is none."""
    found = set()
    for words in map(str.split, NAMED.findall(text)):
        command, below = None, dict[str, Any](COMMANDS)
        for place, word in enumerate(words):
            if below and word not in below:
                found.add(" ".join(words[: place + 1]))
            if word not in below:
                break
            command = COMMANDS[word].load(word) if command is None else below[word]
            below = getattr(command, "commands", {})
    return found


def test_texts_name_commands_that_exist() -> None:
    """Documents, examples of settings and docstrings."""
    names = set(repository_files("*.md", "*.py", "deploy", "web/*.svelte")) - OTHERS
    texts = {name: (ROOT / name).read_text(errors="replace") for name in names}
    assert {name: words for name, text in texts.items() if (words := unknown(text))} == {}


def test_a_command_that_does_not_exist_is_found() -> None:
    """The check above can fail."""
    text = "`furlong gateway key new 2026` and `furlong gateway" + " keys`, `furlong" + " wallt close`"
    assert unknown(text) == {"gateway keys", "wallt"}


if __name__ == "__main__":
    PAGE.write_text(with_commands(PAGE.read_text()))
