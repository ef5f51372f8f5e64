"""Ports and disks that a demo needs: why it does not start, told with what to do."""

import errno
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from furlong.cli.processes.demo import _reason
from furlong.demo.backoffice import listen_for_backoffice
from furlong.demo.process import DemoOptions, running_demo
from furlong.demo.ready_file import DemoFacts, DemoRuns, only_demo, write
from tools.server_process import free_port


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (OSError(errno.EADDRINUSE, "Address already in use"), "--port 8124"),
        (OSError(errno.ENOSPC, "No space left on device"), "--data"),
        (RuntimeError("(sqlite3.OperationalError) database or disk is full"), "--data"),
    ],
)
def test_the_reason_says_what_to_do(error: Exception, advice: str) -> None:
    """A port in use names another one; a full disk another folder."""
    assert advice in _reason(error, 8123)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_the_back_office_stands_beside_the_demo_unless_that_port_is_in_use(taken: int) -> None:
    """Its address is the same at each start; a program that has taken the port does not stop the demo."""
    with listen_for_backoffice(None, taken - 100) as elsewhere:
        assert elsewhere.getsockname()[1] != taken
    beside = free_port()
    with listen_for_backoffice(None, beside - 100) as listener:
        assert listener.getsockname()[1] == beside
    for demo_port in (0, 65_500):
        with listen_for_backoffice(None, demo_port) as listener:
            assert listener.getsockname()[1] != demo_port + 100


async def test_a_taken_port_of_the_back_office_is_named_before_anything_runs(
    taken: int, tmp_path: Path
) -> None:
    """It is not an error inside of a group of tasks, which would be shown with a traceback."""
    options = DemoOptions(0, False, tmp_path / "data", tmp_path / "ready.json", backoffice_port=taken)
    with pytest.raises(OSError, match=f"port {taken} of the back office is in use: choose another by --b"):
        async with running_demo(options):
            pass
    assert not list((tmp_path / "data").glob("*.sqlite"))


def test_a_second_demo_does_not_take_the_place_of_the_first(tmp_path: Path) -> None:
    """Neither its data, nor the file in which commands find it; a demo that was killed leaves nothing."""
    ready, data, other = tmp_path / "ready.json", tmp_path / "data", tmp_path / "other"
    data.mkdir()
    other.mkdir()
    url = "http://127.0.0.1:8123"
    facts = DemoFacts(
        url=url,
        graphql=f"{url}/graphql",
        kafka="",
        upstream="",
        brand="northbet",
        customers=(),
        data=str(data),
        generation="",
    )
    write(ready, facts)
    with only_demo(ready, data):
        with pytest.raises(DemoRuns, match=f"runs in this folder, at {url}"), only_demo(ready, other):
            pass
        with pytest.raises(DemoRuns, match="runs in this folder"), only_demo(ready):
            pass
        with pytest.raises(DemoRuns, match="choose another folder by --data"), only_demo(other / "r", data):
            pass
    with only_demo(ready), pytest.raises(DemoRuns, match="runs in this folder"), only_demo(ready, data):
        pass
    with only_demo(ready, other):
        pass
