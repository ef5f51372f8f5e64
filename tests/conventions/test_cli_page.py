"""docs/cli.md lists every command with its help line; running this file rewrites the list."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from furlong.cli.main import COMMANDS

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "cli.md"
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


if __name__ == "__main__":
    PAGE.write_text(with_commands(PAGE.read_text()))
