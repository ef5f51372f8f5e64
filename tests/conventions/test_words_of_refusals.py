"""What the graph refuses is told in whole sentences, in the voice of the product, without a raw value."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.support.repository_files import repository_files

ROOT: Final = Path(__file__).resolve().parents[2]
REFUSING: Final = {"Refusal", "Refused", "RefusedFor"}
"""What is made of a code and the sentence for the customer."""

STIFF: Final = re.compile(
    r"\b(cannot|could not|does not|do not|is not|at present|please|sorry)\b", re.IGNORECASE
)
RAW_FIELD: Final = re.compile(r"(_id|\.id|iso|isoformat\(\)|error|reason)$")
SENTENCE: Final = re.compile(r"([A-Z…].*[.!?]|…)")


def refusals(source: str) -> Iterator[ast.expr]:
    """Yield the texts of all refusals that a module makes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in REFUSING:
            yield from (
                argument for argument in node.args[1:2] if isinstance(argument, ast.Constant | ast.JoinedStr)
            )


def faults(text: ast.expr) -> list[str]:
    """Return what is wrong with the text of a refusal."""
    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
    said = "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
    fields = [ast.unparse(part.value) for part in parts if isinstance(part, ast.FormattedValue)]
    return [
        *([f"no sentence: {said}"] if not SENTENCE.fullmatch(said) else []),
        *([f"stiff: {said}"] if STIFF.search(said) else []),
        *(f"raw: {field} in: {said}" for field in fields if RAW_FIELD.search(field)),
    ]


def test_refusals_are_sentences_for_people() -> None:
    """Of every module of the subgraphs."""
    texts = [
        text
        for name in repository_files("subgraphs/*.py")
        for text in refusals((ROOT / name).read_text(encoding="utf-8"))
    ]
    assert len(texts) > 40
    assert [fault for text in texts for fault in faults(text)] == []


def test_a_refusal_that_no_person_would_say_is_found() -> None:
    """Each kind of fault."""
    texts = refusals(
        'Refusal(code, f"{bet.bet_id} cannot be placed at present"); Refusal(code, "You can\'t bet.")'
    )
    assert [[fault.partition(":")[0] for fault in faults(text)] for text in texts] == [
        ["no sentence", "stiff", "raw"],
        [],
    ]
