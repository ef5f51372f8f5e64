"""The audit log says in words what was done, for each action that the code records."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from backoffice.audit.words import ACTIONS, action_in_words, thing_in_words
from backoffice.operations.reward_statuses import StatusAction

ROOT: Final = Path(__file__).parents[2]
CODE: Final = re.compile(r"[a-z]+\.(?:[a-z_]+\*?|\*)")
"""The code of an action, or the beginning of one that is put together."""

FORMS: Final = {
    "betting.look_at_*": ("backoffice/betting/bets.py", "._look"),
    "finance.look_at_*": ("backoffice/finance/", "._look"),
    "support.look_at_*": ("backoffice/support/", "access.record"),
}
"""Codes of looks are put together with what is looked at: in these modules, calls that end so say it."""


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Yield the modules that can write to the audit log, with their paths."""
    for folder in ("backoffice", "furlong"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def texts(node: ast.expr | None, names: dict[str, str]) -> Iterator[str]:
    """Yield the codes that an expression may be; the beginning of one that is put together."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Name(id=name) if name in names:
            yield names[name]
        case ast.IfExp(body=one, orelse=other):
            yield from texts(one, names)
            yield from texts(other, names)
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            yield f"{text}*"


def recorders(tree: ast.Module) -> set[str]:
    """Return the names of a module's functions that take an action."""
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and any(one.arg == "action" for one in (*node.args.args, *node.args.kwonlyargs))
    }


def expressions(tree: ast.Module, takes: set[str]) -> Iterator[ast.expr | None]:
    """Yield what is given to such a function, or assigned to be given."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)) if name in takes:
                yield from (*node.args, *(keyword.value for keyword in node.keywords))
            case ast.AnnAssign(target=ast.Name(id="action"), value=value):
                yield value
            case ast.Assign(targets=[ast.Name(id="action")], value=value):
                yield value
            case ast.Assign(
                targets=[ast.Tuple(elts=[ast.Name(id="action"), *_])], value=ast.Tuple(elts=[one, *_])
            ):
                yield one
            case ast.arguments():
                yield from (one for one in (*node.defaults, *node.kw_defaults) if one is not None)


def codes() -> dict[str, str]:
    """Return the actions that the code records, as they are written, with a module that does."""
    everywhere, found = set[str]().union(*(recorders(tree) for _, tree in trees())), dict[str, str]()
    public = {name for name in everywhere if not name.startswith("_")}
    for path, tree in trees():
        takes = public | recorders(tree)
        names = {
            node.target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        }
        written = [text for value in expressions(tree, takes) for text in texts(value, names)]
        found |= {text: path for text in written if CODE.fullmatch(text)}
    return found


def looked_at(folder: str, name: str) -> set[str]:
    """Return what calls say that is looked at: their second argument."""
    return {
        text
        for path, tree in trees()
        if path.startswith(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(name)
        for text in texts([*node.args, None, None][1], {})
    }


def test_each_recorded_action_has_words_and_no_other() -> None:
    """Who reads the log never meets a code, and chooses among actions that there are."""
    found = codes()
    forms = {code for code in found if code.endswith("*")}
    assert forms == {*FORMS, "operations.reward_*"}
    whole = set(found) - forms | {f"operations.reward_{action.name.lower()}" for action in StatusAction}
    for form, (folder, name) in FORMS.items():
        whole |= {form.removesuffix("*") + what for what in looked_at(folder, name)}
    assert whole == set(ACTIONS)


@pytest.mark.parametrize("text", ["f'support.look_at_{what}'", "f'support.{what}_case'"])
def test_a_code_that_is_put_together_is_found(text: str) -> None:
    """Wherever its constant part ends: it has to be among the forms."""
    [beginning] = texts(ast.parse(text, mode="eval").body, {})
    assert CODE.fullmatch(beginning)


def test_words_are_told_apart() -> None:
    """No two actions are called the same."""
    assert len(set(ACTIONS.values())) == len(ACTIONS)


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("customer:northbet:c-1003", "Customer"),
        ("content:northbet:fb-5", "Text"),
        ("dead-letter:club:12", "Dead letter"),
        ("payment_case:7", "Payment case"),
        ("switch:brand:northbet", "Kill switch"),
        ("proposals", "Proposals"),
    ],
)
def test_a_subject_says_what_it_is(subject: str, words: str) -> None:
    """The kind of thing is said in words, the id beside it."""
    assert thing_in_words(subject) == words


def test_an_action_of_another_version_keeps_its_code() -> None:
    """Old rows are shown, and say what they said."""
    assert action_in_words("people.greet") == "people.greet"
