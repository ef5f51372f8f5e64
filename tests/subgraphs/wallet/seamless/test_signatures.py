"""Hub88's signatures, compared with what OpenSSL signs and verifies, and keys that change."""

import base64
import subprocess
from pathlib import Path

import pytest

from subgraphs.kit.hub88_signatures import LOOK_SECONDS, Signer, Verifier

BODIES = (b"", b"test", '{"user":"jörg","amount":100500}'.encode(), b"\x00\xff" * 5_000)


def _openssl(*arguments: str | Path, content: bytes = b"") -> bytes:
    command = ["openssl", *map(str, arguments)]
    return subprocess.run(command, input=content, check=True, capture_output=True, timeout=60).stdout


def new_pair(folder: Path, name: str, bits: int = 2048) -> tuple[Path, Path]:
    """Return the files of a new private key and of its public key, made by OpenSSL."""
    private, public = folder / f"{name}.pem", folder / f"{name}.pub"
    _openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}", "-out", private)
    _openssl("pkey", "-in", private, "-pubout", "-out", public)
    return private, public


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, processes: None) -> Path:
    """Return a folder with the keys `a` and `b`."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("a", "b"):
        new_pair(folder, name)
    return folder


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("body", BODIES)
def test_openssl_verifies_what_we_sign(folder: Path, body: bytes, tmp_path: Path) -> None:
    """OpenSSL accepts our signature of a body."""
    file = tmp_path / "signature"
    file.write_bytes(base64.b64decode(Signer(folder / "a.pem").sign(body), validate=True))
    _openssl("dgst", "-sha256", "-verify", folder / "a.pub", "-signature", file, content=body)


@pytest.mark.parametrize("body", BODIES)
def test_we_verify_what_openssl_signs(folder: Path, body: bytes) -> None:
    """OpenSSL's signature of a body is accepted for that body alone, and with its key alone."""
    made = _openssl("dgst", "-sha256", "-sign", folder / "a.pem", content=body)
    signature = base64.b64encode(made).decode()
    assert Verifier([folder / "a.pub"]).verifies(body, signature)
    assert not Verifier([folder / "a.pub"]).verifies(body + b" ", signature)
    assert not Verifier([folder / "b.pub"]).verifies(body, signature)


@pytest.mark.parametrize("signature", [None, "", "x", "é", "AAAA", "A" * 100_000])
def test_what_is_no_signature_is_refused(folder: Path, signature: str | None) -> None:
    """A missing, short, long or malformed signature is none."""
    assert not Verifier([folder / "a.pub"]).verifies(b"test", signature)


def test_several_keys_are_accepted_while_one_is_replaced(folder: Path, tmp_path: Path) -> None:
    """Whoever verifies accepts all keys of all files."""
    both = tmp_path / "both.pub"
    both.write_bytes((folder / "a.pub").read_bytes() + (folder / "b.pub").read_bytes())
    for verifier in (Verifier([both]), Verifier([folder / "a.pub", folder / "b.pub"])):
        for name in ("a.pem", "b.pem"):
            assert verifier.verifies(b"test", Signer(folder / name).sign(b"test"))


def test_changed_files_are_read_again(folder: Path, tmp_path: Path) -> None:
    """A new key is known a second after its file has changed; a broken file changes nothing."""
    private, public, clock = tmp_path / "k.pem", tmp_path / "k.pub", _Clock()
    private.write_bytes((folder / "a.pem").read_bytes())
    public.write_bytes((folder / "a.pub").read_bytes())
    signer, verifier = Signer(private, clock), Verifier([public], clock)
    old = signer.sign(b"test")
    private.write_bytes((folder / "b.pem").read_bytes())
    public.write_bytes((folder / "b.pub").read_bytes())
    clock.now += LOOK_SECONDS
    new = signer.sign(b"test")
    assert new != old
    assert verifier.verifies(b"test", new)
    assert not verifier.verifies(b"test", old)
    public.write_bytes(b"no key")
    private.unlink()
    clock.now += LOOK_SECONDS
    assert verifier.verifies(b"test", signer.sign(b"test"))


def test_keys_that_cannot_be_used_are_refused(folder: Path, tmp_path: Path) -> None:
    """A short key, another kind of key, a private key for verifying or no key at all stops the start."""
    private, public = new_pair(tmp_path, "short", 1024)
    elliptic = tmp_path / "ec.pem"
    _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", elliptic)
    for file in (private, elliptic, folder / "a.pub"):
        with pytest.raises(ValueError, match="key"):
            Signer(file)
    for file in (public, folder / "a.pem"):
        with pytest.raises(ValueError, match="key"):
            Verifier([file])
    with pytest.raises(ValueError, match="public key"):
        Verifier([])
