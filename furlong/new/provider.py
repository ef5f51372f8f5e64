"""Begins an adapter for a provider: a copy of one for the same sort of company, and its simulated API."""

import keyword
import re
from pathlib import Path
from typing import Final

from furlong.new.skeleton import CannotBegin

ADAPTERS: Final = Path("subgraphs/fulfilment/providers")
APIS: Final = Path("simulator/providers/apis")
LISTED: Final = ADAPTERS / "adapters.py"
_NAME: Final = re.compile(r"[a-z][a-z0-9]{1,23}")
_IMPORT: Final = re.compile(r"(?m)^from subgraphs\.fulfilment\.providers import (?:\(([^)]*?),?\s*\)|(.*))$")


def begin_provider(checkout: Path, name: str, like: str) -> list[Path]:
    """Write an adapter into a checkout; return the files that were written or edited, below it.

    Args:
        checkout: Of Furlong.
        name: Of the adapter, as configurations name it.
        like: The adapter that it is made after; companies of one sort pay the same kinds of reward.

    Raises:
        CannotBegin: The folder is no checkout, or the name cannot be used; nothing was written.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise CannotBegin(f"{name!r} cannot name a provider: take up to 24 lower-case letters and digits")
    written = {ADAPTERS / f"{name}.py": ADAPTERS / f"{like}.py", APIS / f"{name}.py": APIS / f"{like}.py"}
    if taken := sorted(str(path) for path in written if (checkout / path).exists()):
        raise CannotBegin(f"there is {taken[0]} already")
    try:
        texts = {path: (checkout / example).read_text("utf-8") for path, example in written.items()}
        listed = (checkout / LISTED).read_text("utf-8")
    except OSError as error:
        raise CannotBegin(f"{checkout} has no adapter {like}: {error}") from error
    declared = f'name="{like}"'
    if declared not in texts[ADAPTERS / f"{name}.py"] or not _IMPORT.search(listed):
        raise CannotBegin(f"{ADAPTERS / like}.py or {LISTED} has changed: the place of the name is not found")
    texts = {path: text.replace(declared, f'name="{name}"') for path, text in texts.items()}
    listed = _IMPORT.sub(
        lambda matched: f"from subgraphs.fulfilment.providers import ({matched[1] or matched[2]}, {name})",
        listed,
    )
    texts[LISTED] = f"{listed.rstrip()}\n    {name.upper()} = {name}.ADAPTER\n"
    for path, text in texts.items():
        (checkout / path).write_text(text, encoding="utf-8")
    return sorted(texts)
