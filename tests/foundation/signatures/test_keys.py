"""Keys are read strictly, and rotated in a file without a pause."""

from __future__ import annotations

import errno
import time
from pathlib import Path
from typing import NoReturn

import pytest
from structlog.testing import capture_logs

from foundation.signatures import (
    InvalidSignature,
    KeyFile,
    Reason,
    SignatureVerifier,
    key_source,
    read_key_set,
)
from tests.foundation.signatures.signed_request import AUDIENCE, Clock, signed
from tests.support.gateway.signing import PRIVATE, PUBLIC, key_text, secret

OLD, NEW = secret("old", "o"), secret("new", "n")


def write(path: Path, *keys: dict[str, str]) -> None:
    """Replace a file at once, as an operator's tools do."""
    beside = path.with_suffix(".new")
    beside.write_text(key_text(*keys))
    beside.replace(path)


def test_the_first_key_that_can_sign_does() -> None:
    """Public keys only verify."""
    key_set = read_key_set(key_text(PUBLIC | {"kid": "other"}, NEW, PRIVATE).encode())
    assert key_set.signing is not None
    assert key_set.signing.key_id == "new"
    assert set(key_set.by_id) == {"other", "new", "test-key-ed25519"}
    assert read_key_set(key_text(PUBLIC).encode()).signing is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("[]", "a list `keys`"),
        ('{"keys": []}', "a list `keys`"),
        ('{"keys": [1]}', "key 1 of the set is not an object"),
        (key_text(OLD, OLD), "the same kid"),
        (key_text({"kty": "oct", "k": OLD["k"]}), "needs a kid"),
        (key_text(OLD | {"kid": 'a"b'}), "needs a kid"),
        (key_text(OLD | {"kid": "ä"}), "needs a kid"),
        (key_text(OLD | {"k": "c2hvcnRlciB0aGFuIDMyIGI"}), "key 1 of the set is shorter than 32 bytes"),
        (key_text(OLD | {"alg": "HS512"}), "another algorithm"),
        (key_text(OLD | {"alg": "EdDSA"}), "another algorithm"),
        (key_text(OLD | {"use": "enc"}), "not for signatures"),
        (key_text(PUBLIC | {"crv": "Ed448"}), "neither of kty oct"),
        (key_text(PUBLIC | {"x": "AAAA"}), "is broken"),
        (key_text({"kty": "RSA", "kid": "r", "n": "AQAB", "e": "AQAB"}), "neither of kty oct"),
        (f'{{"keys": [], "x": "{"x" * 70_000}"}}', "too large"),
    ],
)
def test_a_key_that_cannot_be_used_is_an_error(text: str, said: str) -> None:
    """The message says which and why, and has no part of a key."""
    with pytest.raises(ValueError, match=said) as caught:
        read_key_set(text.encode())
    assert OLD["k"] not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_secret_is_not_printed() -> None:
    """Neither the key nor the set shows it."""
    printed = repr(read_key_set(key_text(OLD, PRIVATE).encode()))
    assert "oooo" not in printed
    assert "Private" not in printed


def test_keys_are_rotated_without_a_refused_request(tmp_path: Path) -> None:
    """New ones are accepted before they are used, old ones until they are removed.

    A gateway and a subgraph read files of their own, which are changed one after the other.
    """
    gateway, subgraph, clock = tmp_path / "gateway", tmp_path / "subgraph", Clock()
    write(gateway, OLD)
    write(subgraph, OLD)
    signing, accepted = KeyFile(gateway, clock), KeyFile(subgraph, clock)
    checks = SignatureVerifier(AUDIENCE, accepted, now=clock)
    used = []
    for path, keys in (
        (subgraph, (OLD, NEW)),
        (gateway, (NEW, OLD)),
        (gateway, (NEW,)),
        (subgraph, (NEW,)),
    ):
        write(path, *keys)
        for _ in range(3):
            request = signed(signing, clock)
            assert checks.verify(request.head())
            used.append("new" if 'keyid="new"' in request.headers["signature-input"] else "old")
            clock.now += 1
    assert used == ["old"] * 3 + ["new"] * 9
    stale = signed(key_source(None, key_text(OLD)) or signing, clock)
    with pytest.raises(InvalidSignature) as caught:
        checks.verify(stale.head())
    assert caught.value.reason is Reason.KEY


@pytest.mark.parametrize("broken", ["", "{}", None])
def test_a_broken_file_leaves_the_last_keys(tmp_path: Path, broken: str | None) -> None:
    """The log says so, and not what the file contains; once it is right again, it is read."""
    path, clock = tmp_path / "keys", Clock()
    write(path, OLD)
    keys = KeyFile(path, clock)
    clock.now += 1
    if broken is None:
        path.unlink()
    else:
        path.write_text(broken)
    with capture_logs() as logged:
        assert set(keys().by_id) == {"old"}
        clock.now += 1
        write(path, NEW)
        assert set(keys().by_id) == {"new"}
    assert [entry["event"] for entry in logged] == ["signing_keys_not_read", "signing_keys_read"]


def test_a_file_that_could_not_be_read_is_read_once_it_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever puts new keys there may make them readable only afterwards, which is no change of content."""
    path, clock = tmp_path / "keys", Clock()
    write(path, OLD)
    keys = KeyFile(path, clock)
    clock.now += 1
    write(path, NEW)
    with monkeypatch.context() as unreadable:
        unreadable.setattr(Path, "open", _denied)
        assert set(keys().by_id) == {"old"}
    time.sleep(0.02)  # longer than a tick of the clock of files
    path.chmod(0o640)
    clock.now += 1
    assert set(keys().by_id) == {"new"}


def _denied(*_: object) -> NoReturn:
    raise PermissionError(errno.EACCES, "Permission denied")


def test_a_file_is_looked_at_once_a_second(tmp_path: Path) -> None:
    """However many requests come."""
    path, clock = tmp_path / "keys", Clock()
    write(path, OLD)
    keys = KeyFile(path, clock)
    write(path, NEW)
    clock.now += 0.9
    assert set(keys().by_id) == {"old"}
    clock.now += 0.1
    assert set(keys().by_id) == {"new"}


def test_keys_have_one_source(tmp_path: Path) -> None:
    """A file or a text, or none; both is a mistake."""
    path = tmp_path / "keys"
    write(path, OLD)
    assert key_source(None, None) is None
    assert isinstance(key_source(path, None), KeyFile)
    with pytest.raises(ValueError, match="not both"):
        key_source(path, key_text(OLD))
