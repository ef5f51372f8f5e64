"""What pages of games say, in each language, from `words.yaml`."""

from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Final, TypeAlias

import msgspec

Words: TypeAlias = dict[str, str]
COMMA: Final = frozenset({"de", "da", "it"})
"""The languages whose decimals come after a comma."""


@cache
def load_words() -> dict[str, Words]:
    """Return the words by language."""
    content = resources.files("simulator.casino").joinpath("words.yaml").read_bytes()
    return msgspec.yaml.decode(content, type=dict[str, Words])


def number_text(number: Decimal | float | str, lang: str) -> str:
    """Return a number as people of a language write it."""
    written = f"{Decimal(str(number)):f}"
    if "." in written and not isinstance(number, str):
        written = written.rstrip("0").rstrip(".")
    return written.replace(".", ",") if lang in COMMA else written
