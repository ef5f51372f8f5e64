"""Verifies that a request comes from the gateway, by its head alone, before the body is read."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from foundation.signatures.errors import InvalidSignature, Reason
from foundation.signatures.keys import KeySource, SignatureKey
from foundation.signatures.nonces import NonceMemory
from foundation.signatures.profile import AUDIENCE, DERIVED, DIGEST, ENCODING, REQUIRED, TAG, signature_base
from foundation.signatures.structured_fields import SignatureInput, read_byte_sequences, read_signature_input

RawHeaders: TypeAlias = Sequence[tuple[bytes, bytes]]
"""Pairs of name and value; names in lower case, as in ASGI."""

NONCE_CHARS: Final = range(8, 129)
SHA256_BYTES: Final = 32
DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}


class SignatureLimits(Struct, frozen=True):
    """How long a signature may be used.

    Attributes:
        longest_seconds: The longest time from `created` to `expires`.
        skew_seconds: How far the clocks of gateway and subgraph may be apart.
        nonces: How many signatures are remembered during the lifetime of one.
    """

    longest_seconds: int = 60
    skew_seconds: float = 5.0
    nonces: int = 500_000

    @property
    def accepted_seconds(self) -> float:
        """The longest time for which one signature can be accepted."""
        return self.longest_seconds + 2 * self.skew_seconds


class RequestHead(Struct, frozen=True):
    """A request without its body.

    Attributes:
        method: The method.
        scheme: `http` or `https`; it determines the port that an authority may omit.
        path: The path, as it was sent.
        query: What follows the question mark; empty without one.
        headers: All headers.
    """

    method: str
    scheme: str
    path: bytes
    query: bytes
    headers: RawHeaders

    def values(self) -> dict[str, str]:
        """Return the headers; repeated ones are combined into one value (RFC 9421, section 2.1)."""
        values: dict[str, str] = {}
        for raw_name, raw_value in self.headers:
            name, value = raw_name.decode(ENCODING), raw_value.decode(ENCODING).strip(" \t")
            values[name] = f"{values[name]}, {value}" if name in values else value
        return values

    def derived(self, host: str) -> dict[str, str]:
        """Return the components that are not headers (RFC 9421, section 2.2)."""
        authority = host.lower().removesuffix(DEFAULT_PORTS.get(self.scheme, ""))
        path, query = self.path.decode(ENCODING), self.query.decode(ENCODING)
        return dict(zip(DERIVED, (self.method, authority, path or "/", f"?{query}"), strict=True))


class VerifiedHead(Struct, frozen=True):
    """What the gateway's signature says about a request.

    Attributes:
        digest: The SHA-256 of its body.
        covered: The names of the components that are signed.
        nonce: The nonce with the key's id; no other request has it.
        key_id: Whose signature it is.
    """

    digest: bytes
    covered: frozenset[str]
    nonce: str
    key_id: str


class SignatureVerifier:
    """Verifies the requests for one subgraph.

    Args:
        audience: The subgraph's name.
        keys: Returns the keys of the gateway.
        limits: How long a signature may be used.
        now: Returns the time in seconds since the epoch.
    """

    def __init__(
        self,
        audience: str,
        keys: KeySource,
        limits: SignatureLimits | None = None,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._audience = audience
        self._keys = keys
        self._limits = limits = limits or SignatureLimits()
        self._now = now
        self._nonces = NonceMemory(limits.accepted_seconds, limits.nonces)

    def verify(self, head: RequestHead) -> VerifiedHead:
        """Return what the signature says about a request; the caller must compare the body with the digest.

        Raises:
            InvalidSignature: The request must not be answered.
        """
        values = head.values()
        stated, signature = _stated(values)
        nonce = self._check_parameters(stated.parameters)
        _check_components(stated.components, values)
        if values[AUDIENCE] != self._audience:
            raise InvalidSignature(Reason.AUDIENCE)
        digest = _digest(values[DIGEST])
        key = self._key(stated.parameters)
        self._check_time(stated.parameters)
        known = values | head.derived(values.get("host", ""))
        base = signature_base(((name, known[name]) for name in stated.components), stated.text)
        if not key.verifies(base, signature):
            raise InvalidSignature(Reason.SIGNATURE)
        used = f"{key.key_id} {nonce}"
        self._nonces.use(used, self._now())
        return VerifiedHead(digest, frozenset(stated.components), used, key.key_id)

    def _check_parameters(self, parameters: Mapping[str, str | int]) -> str:
        """Check the parameters' form, and return the nonce."""
        created, expires = parameters.get("created"), parameters.get("expires")
        nonce = parameters.get("nonce")
        if not (isinstance(created, int) and isinstance(expires, int) and isinstance(nonce, str)):
            raise InvalidSignature(Reason.PARAMETERS)
        lasts = expires - created
        if not 0 < lasts <= self._limits.longest_seconds or len(nonce) not in NONCE_CHARS:
            raise InvalidSignature(Reason.PARAMETERS)
        return nonce

    def _key(self, parameters: Mapping[str, str | int]) -> SignatureKey:
        key = self._keys().by_id.get(str(parameters.get("keyid", "")))
        if key is None or parameters.get("alg", key.algorithm) != key.algorithm:
            raise InvalidSignature(Reason.KEY)
        return key

    def _check_time(self, parameters: Mapping[str, str | int]) -> None:
        now, skew = self._now(), self._limits.skew_seconds
        if not int(parameters["created"]) - skew <= now < int(parameters["expires"]) + skew:
            raise InvalidSignature(Reason.TIME)


def _stated(values: Mapping[str, str]) -> tuple[SignatureInput, bytes]:
    """Return the only signature with our tag."""
    if "signature-input" not in values or "signature" not in values:
        raise InvalidSignature(Reason.UNSIGNED)
    try:
        inputs = read_signature_input(values["signature-input"])
        signatures = read_byte_sequences(values["signature"])
    except ValueError as error:
        raise InvalidSignature(Reason.MALFORMED) from error
    ours = [label for label, parameters in inputs.items() if parameters.parameters.get("tag") == TAG]
    if not ours:
        raise InvalidSignature(Reason.UNSIGNED)
    if len(ours) > 1 or ours[0] not in signatures:
        raise InvalidSignature(Reason.MALFORMED)
    return inputs[ours[0]], signatures[ours[0]]


def _check_components(components: Iterable[str], values: Mapping[str, str]) -> None:
    """Check that all required components are signed, and that the request has each signed one."""
    names = list(components)
    covered = set(names)
    is_whole = covered.issuperset(REQUIRED) and len(names) == len(covered)
    # An unsigned one may have been added by somebody else, for another customer.
    is_identified = "authorization" in covered or "authorization" not in values
    if not (is_whole and is_identified and covered <= values.keys() | set(DERIVED)):
        raise InvalidSignature(Reason.COMPONENTS)


def _digest(header: str) -> bytes:
    try:
        digest = read_byte_sequences(header).get("sha-256")
    except ValueError as error:
        raise InvalidSignature(Reason.MALFORMED) from error
    if digest is None or len(digest) != SHA256_BYTES:
        raise InvalidSignature(Reason.MALFORMED)
    return digest
