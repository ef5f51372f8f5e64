"""Long work prints a summary, and shows progress on a terminal only."""

import pytest

from furlong.cli.long_work import SHOWN, Items, working


@pytest.mark.parametrize(
    ("count", "verbose", "lines"),
    [(3, False, 3), (SHOWN, False, SHOWN), (50_000, False, SHOWN + 1), (50_000, True, 50_000)],
)
def test_only_the_first_items_are_printed(
    count: int, *, verbose: bool, lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Fifty thousand items are twenty lines and their number, unless every item is asked for."""
    items = Items(verbose=verbose)
    for number in range(count):
        items.echo(f"item {number}")
    items.end()
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == lines
    assert (printed[-1] == "… and 49,980 more; --verbose prints each.") == (lines == SHOWN + 1)


def test_a_pipe_gets_no_progress(capsys: pytest.CaptureFixture[str]) -> None:
    """Where stderr is no terminal, nothing is written to it."""
    with working("Importing") as advance:
        advance()
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_progress(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a terminal, stderr shows what is running and its progress; stdout has only the outcome."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with working("Importing") as advance:
        advance()
    out, err = capsys.readouterr()
    assert out == ""
    assert "Importing" in err
