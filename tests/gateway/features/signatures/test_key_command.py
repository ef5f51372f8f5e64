"""`furlong gateway key` makes the keys that sign requests, and prints what subgraphs need of them."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from foundation.signatures import KeySet, read_key_set
from gateway.cli import cli


def invoke(*arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    result = CliRunner().invoke(cli, ["key", *arguments])
    return result.exit_code, result.stdout, result.stderr


def made(*arguments: str) -> tuple[str, KeySet]:
    """A key set that a command prints."""
    code, out, said = invoke(*arguments)
    assert code == 0, said
    return out, read_key_set(out.encode())


def test_a_private_key_signs_and_its_public_part_verifies(tmp_path: Path) -> None:
    """Subgraphs get nothing that they could sign with."""
    text, keys = made("new", "one")
    file = tmp_path / "keys.json"
    file.write_text(text)
    _, public = made("public", str(file))
    assert keys.signing is not None
    assert public.signing is None
    assert public.by_id["one"].verifies(b"text", keys.signing.sign(b"text"))


def test_a_new_key_comes_after_those_in_use(tmp_path: Path) -> None:
    """The old one signs until the keys change places."""
    file = tmp_path / "keys.json"
    file.write_text(made("new", "old", "--shared")[0])
    _, keys = made("new", "next", "--after", str(file))
    assert list(keys.by_id) == ["old", "next"]
    assert keys.signing is keys.by_id["old"]


def test_mistakes_are_told(tmp_path: Path) -> None:
    """In one line, with nothing of a key."""
    file, nothing = tmp_path / "keys.json", tmp_path / "nothing.json"
    text = made("new", "old", "--shared")[0]
    file.write_text(text)
    for arguments, said in (
        (("public", str(file)), "is a shared secret"),
        (("public", str(nothing)), "No such file"),
        (("new", "old", "--after", str(file)), "the same kid"),
        (("new", "ä"), "needs a kid"),
    ):
        code, out, told = invoke(*arguments)
        assert (code, out) == (2, "")
        assert said in told
