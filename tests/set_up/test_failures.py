"""What can fail while the clone is set up, told in one sentence that says what to do."""

import runpy
import sys
from pathlib import Path

import pytest

from tests.set_up.small_clone import SmallClone, make_clone

pytestmark = pytest.mark.usefixtures("processes")


@pytest.fixture
def clone(tmp_path: Path) -> SmallClone:
    """A clone where nothing was done."""
    return make_clone(tmp_path)


def failure_of(clone: SmallClone) -> str:
    """Return the only line that a set-up that fails writes about it."""
    status, _, error = clone.set_up()
    assert status == 1
    (line,) = error.splitlines()
    return line


def test_a_missing_node_is_named_with_its_version(clone: SmallClone) -> None:
    """It is noticed before anything is installed."""
    clone.path = str(clone.fakes)
    for name in ("node", "npm"):
        (clone.fakes / name).unlink()
    assert "Node.js 20.19 or later" in failure_of(clone)
    assert clone.calls == []


def test_an_old_node_is_named(clone: SmallClone) -> None:
    """The sentence says which version there is, and which one is needed."""
    clone.program("node", "echo v18.2.0")
    line = failure_of(clone)
    assert "20.19" in line
    assert "18.2.0" in line


@pytest.mark.parametrize(
    ("message", "advice"),
    [
        ("code ENOTFOUND request to the registry failed", "check the network"),
        ("code EAI_AGAIN getaddrinfo", "check the network"),
        ("nospc ENOSPC: no space left on device, write", "The disk is full"),
        ("code EINTEGRITY sha512-a integrity checksum failed", "not what the lock names"),
        ("something nobody has seen before", "npm-web.log has all messages"),
    ],
)
def test_a_failed_command_becomes_a_sentence(clone: SmallClone, message: str, advice: str) -> None:
    """The program's own text is in a log, and the step is done by the next set-up."""
    clone.npm(f'for i in 1 2 3 4 5; do echo "npm error {message}"; done; exit 1')
    assert advice in failure_of(clone)
    assert message in (clone.folder / ".furlong" / "set-up" / "npm-web.log").read_text()
    clone.npm()
    assert clone.set_up()[0] == 0


def test_without_uv_pip_installs(clone: SmallClone) -> None:
    """Packages come by pip, with the same hashes, where uv cannot run."""
    clone.program("uv", 'echo "uv $*" >> "$CALLS"; echo cannot execute binary file; exit 126')
    assert clone.set_up()[0] == 0
    assert clone.calls[-1] in {"pip --python", "node build.mjs", "bun install"}
    calls = (clone.fakes / "calls").read_text()
    assert "--require-hashes --retries 1 -r requirements.lock" in calls


def test_without_bun_npm_installs(clone: SmallClone) -> None:
    """Packages come by npm, from the same lock, where bun cannot run."""
    clone.program("bun", 'echo "bun $*" >> "$CALLS"; echo illegal instruction; exit 132')
    assert clone.set_up()[0] == 0
    assert "bun install" in clone.calls
    assert "npm ci" in clone.calls
    assert list((clone.folder / ".furlong" / "set-up").glob("bun*")) == []


def test_a_machine_that_no_bun_is_made_for_takes_npm(clone: SmallClone) -> None:
    """What brings bun then brings nothing, without an error."""
    clone.program("npm", 'if [ "$1" = --prefix ]; then exit; fi\n' + (clone.fakes / "npm").read_text())
    assert clone.set_up()[0] == 0
    assert "npm ci" in clone.calls


def test_a_folder_that_cannot_be_written_is_named(clone: SmallClone) -> None:
    """Whatever the operating system refuses is a sentence too."""
    (clone.folder / ".furlong").touch()
    assert ".furlong cannot be written" in failure_of(clone)


def test_an_older_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first file does not use anything that came later."""
    monkeypatch.setattr(sys, "version_info", (3, 9))
    with pytest.raises(SystemExit, match=r"needs Python 3.11 or later, and this is Python 3\.9"):
        runpy.run_module("tools.set_up", run_name="__main__", alter_sys=False)


def test_a_full_disk_under_the_set_up_itself_is_told(clone: SmallClone) -> None:
    """The log of a step is on the full disk."""
    log = clone.folder / ".furlong" / "set-up" / "python.log"
    log.parent.mkdir(parents=True)
    log.symlink_to("/dev/full")
    assert "The disk is full" in failure_of(clone)
