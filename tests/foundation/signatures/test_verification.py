"""A request is the gateway's, or it is refused: whatever part of it is changed, missing, old or repeated."""

from __future__ import annotations

import re
import string
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.signatures import InvalidSignature, KeySource, Reason, SignatureLimits, SignatureVerifier
from foundation.signatures.profile import REQUIRED, TAG
from tests.foundation.signatures.signed_request import AUDIENCE, BODY, NOW, Clock, Request, signed
from tests.support.gateway.signing import PRIVATE, PUBLIC, fixed, secret

KEYS = fixed(secret("one"))
BASE64 = string.ascii_letters + string.digits + "+/"


def verifier(
    clock: Clock, keys: KeySource = KEYS, limits: SignatureLimits | None = None
) -> SignatureVerifier:
    """The verifier of the rewards subgraph."""
    return SignatureVerifier(AUDIENCE, keys, limits, now=clock)


def refusal(request: Request, clock: Clock | None = None, keys: KeySource = KEYS) -> Reason:
    """Why a request is refused."""
    with pytest.raises(InvalidSignature) as caught:
        verifier(clock or Clock(), keys).verify(request.head())
    return caught.value.reason


@pytest.mark.parametrize(
    ("signs", "verifies"), [(secret("one"), secret("one")), (PRIVATE, PUBLIC)], ids=["hmac", "ed25519"]
)
def test_a_signed_request_is_accepted(signs: dict[str, str], verifies: dict[str, str]) -> None:
    """The verifier returns the digest of the body, and what is covered: all headers but those of tracing."""
    clock = Clock()
    verified = verifier(clock, fixed(verifies)).verify(signed(fixed(signs), clock).head())
    assert verified.digest == sha256(BODY).digest()
    assert verified.covered == {*REQUIRED, "authorization", "accept-language"}


@pytest.mark.parametrize("name", ["signature", "signature-input"])
def test_a_request_without_a_signature_is_unsigned(name: str) -> None:
    """Both headers are needed."""
    assert refusal(signed(KEYS, Clock()).with_header(name, None)) is Reason.UNSIGNED


CHANGES: dict[str, tuple[Callable[[Request], Request], Reason]] = {
    "method": (lambda it: replace(it, method="PUT"), Reason.SIGNATURE),
    "path": (lambda it: replace(it, path="/graphql/"), Reason.SIGNATURE),
    "query": (lambda it: replace(it, query="x=z"), Reason.SIGNATURE),
    "no query": (lambda it: replace(it, query=""), Reason.SIGNATURE),
    "host": (lambda it: it.with_header("host", "club.internal:4002"), Reason.SIGNATURE),
    "no host": (lambda it: it.with_header("host", None), Reason.SIGNATURE),
    "content type": (lambda it: it.with_header("content-type", "text/plain"), Reason.SIGNATURE),
    "no content type": (lambda it: it.with_header("content-type", None), Reason.COMPONENTS),
    "customer": (lambda it: it.with_header("authorization", "Bearer u"), Reason.SIGNATURE),
    "no customer": (lambda it: it.with_header("authorization", None), Reason.COMPONENTS),
    "language": (lambda it: it.with_header("accept-language", "de"), Reason.SIGNATURE),
    "audience": (lambda it: it.with_header("subgraph-name", "club"), Reason.AUDIENCE),
    "no audience": (lambda it: it.with_header("subgraph-name", None), Reason.COMPONENTS),
    "digest": (
        lambda it: it.with_header("content-digest", f"sha-256=:{'A' * 43}=:"),
        Reason.SIGNATURE,
    ),
    "a digest of nothing": (lambda it: it.with_header("content-digest", "sha-256=::"), Reason.MALFORMED),
    "another digest": (lambda it: it.with_header("content-digest", "sha-512=:AAAA:"), Reason.MALFORMED),
    "no digest": (lambda it: it.with_header("content-digest", None), Reason.COMPONENTS),
    "signature": (lambda it: it.with_header("signature", f"gateway=:{'A' * 43}=:"), Reason.SIGNATURE),
    "label": (
        lambda it: it.with_header("signature", it.headers["signature"].replace("gateway", "other")),
        Reason.MALFORMED,
    ),
    "garbage": (lambda it: it.with_header("signature-input", "gateway"), Reason.MALFORMED),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_request_is_refused(change: str) -> None:
    """Whatever is signed may not be changed or taken away."""
    changed, reason = CHANGES[change]
    assert refusal(changed(signed(KEYS, Clock()))) is reason


def test_tracing_may_be_changed_on_the_way() -> None:
    """Proxies between gateway and subgraph begin spans of their own."""
    clock = Clock()
    request = signed(KEYS, clock).with_header("traceparent", "00-c-d-01")
    assert verifier(clock).verify(request.head())


def test_a_customer_that_is_not_signed_is_refused() -> None:
    """A session that somebody adds to an anonymous request makes it no request of that customer."""
    request = signed(KEYS, Clock(), headers={}).with_header("authorization", "Bearer t")
    assert refusal(request) is Reason.COMPONENTS


@pytest.mark.parametrize(
    ("pattern", "replacement", "reason"),
    [
        (r'"@path" ', "", Reason.COMPONENTS),
        (r'"content-digest" ', "", Reason.COMPONENTS),
        (r'"@path"', '"@path" "@path"', Reason.COMPONENTS),
        (r'"@path"', '"@path";req', Reason.MALFORMED),
        (r'"@path"', '"@path" "x-not-there"', Reason.COMPONENTS),
        (r'"@path"', '"@path" "@status"', Reason.COMPONENTS),
        (r";created=\d+", "", Reason.PARAMETERS),
        (r";created=\d+", ";created=1.5", Reason.MALFORMED),
        (r";expires=\d+", "", Reason.PARAMETERS),
        (r";expires=\d+", f";expires={int(NOW) + 61}", Reason.PARAMETERS),
        (r";expires=\d+", f";expires={int(NOW)}", Reason.PARAMETERS),
        (r';nonce="\w+"', "", Reason.PARAMETERS),
        (r';nonce="\w+"', ';nonce="short"', Reason.PARAMETERS),
        (r';keyid="one"', "", Reason.KEY),
        (r';keyid="one"', ';keyid="two"', Reason.KEY),
        (r';keyid="one"', ';keyid="one";alg="rsa-pss-sha512"', Reason.KEY),
        (r';keyid="one"', ';keyid="one";alg="hmac-sha256"', Reason.SIGNATURE),
        (rf';tag="{TAG}"', "", Reason.UNSIGNED),
        (rf';tag="{TAG}"', ';tag="payments"', Reason.UNSIGNED),
        (r"^gateway=(.*)$", r"gateway=\1, other=\1", Reason.MALFORMED),
        (r"^gateway=(.*)$", r"gateway=\1, gateway=\1", Reason.MALFORMED),
    ],
)
def test_a_signature_that_says_less_is_refused(pattern: str, replacement: str, reason: Reason) -> None:
    """Nobody can ask for weaker terms: parts left out, longer lives, other keys, algorithms or purposes."""
    request = signed(KEYS, Clock())
    stated, count = re.subn(pattern, replacement, request.headers["signature-input"])
    assert count == 1
    assert refusal(request.with_header("signature-input", stated)) is reason


def test_a_signature_of_somebody_else_beside_ours_is_ignored() -> None:
    """A proxy may sign as well, with another tag."""
    clock = Clock()
    request = signed(KEYS, clock)
    stated, signatures = request.headers["signature-input"], request.headers["signature"]
    both = request.with_header("signature-input", f'proxy=("@method");tag="proxy", {stated}')
    both = both.with_header("signature", f"proxy=:AAAA:, {signatures}")
    assert verifier(clock).verify(both.head())


def test_a_signature_is_valid_for_its_time() -> None:
    """From its creation to its end, and five seconds more on both sides for clocks that differ."""
    clock = Clock()
    request = signed(KEYS, clock)
    for later in (-5, 0, 14.9):
        clock.now = NOW + later
        assert verifier(clock).verify(request.head())
    for later in (-5.1, 15, 10**6):
        clock.now = NOW + later
        assert refusal(request, clock) is Reason.TIME


def test_a_request_is_accepted_once() -> None:
    """For as long as it could be accepted at all; then its time is over."""
    clock = Clock()
    checks, request = verifier(clock), signed(KEYS, clock)
    assert checks.verify(request.head())
    seen = []
    for _ in range(20):
        with pytest.raises(InvalidSignature) as caught:
            checks.verify(request.head())
        seen.append(caught.value.reason)
        clock.now += 1
    assert seen == [Reason.REPLAYED] * 15 + [Reason.TIME] * 5


def test_a_replay_is_noticed_while_many_others_come() -> None:
    """Spans of remembered nonces follow each other without a gap."""
    clock = Clock()
    checks = verifier(clock)
    for _ in range(40):
        request = signed(KEYS, clock, seconds=60)
        assert checks.verify(request.head())
        for _ in range(3):
            clock.now += 3
            with pytest.raises(InvalidSignature) as caught:
                checks.verify(request.head())
            assert caught.value.reason is Reason.REPLAYED


def test_what_is_remembered_is_bounded() -> None:
    """When all places are taken, new requests are refused, and none is forgotten; later there is room."""
    clock = Clock()
    checks = verifier(clock, limits=SignatureLimits(nonces=3))
    first = [signed(KEYS, clock) for _ in range(4)]
    for request in first[:3]:
        assert checks.verify(request.head())
    for request, reason in ((first[3], Reason.OVERLOADED), (first[0], Reason.REPLAYED)):
        with pytest.raises(InvalidSignature) as caught:
            checks.verify(request.head())
        assert caught.value.reason is reason
    clock.now += 70
    assert checks.verify(signed(KEYS, clock).head())


def test_forged_requests_take_no_place() -> None:
    """Only nonces with a valid signature are remembered."""
    clock = Clock()
    checks = verifier(clock, limits=SignatureLimits(nonces=1))
    forged = signed(fixed(secret("one", "x")), clock)
    for _ in range(5):
        with pytest.raises(InvalidSignature) as caught:
            checks.verify(forged.head())
        assert caught.value.reason is Reason.SIGNATURE
    assert checks.verify(signed(KEYS, clock).head())


def test_a_public_key_is_no_secret() -> None:
    """What is signed by HMAC with the octets of a public key is no signature of that key."""
    clock = Clock()
    octets = {"kty": "oct", "kid": PUBLIC["kid"], "k": PUBLIC["x"]}
    assert refusal(signed(fixed(octets), clock), clock, fixed(PUBLIC)) is Reason.SIGNATURE


HEADERS = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=60) | st.text(
    'gateway=("@path");create:1,? \\\t', max_size=60
)


@given(st.sampled_from(["signature", "signature-input", "content-digest"]), HEADERS)
def test_any_header_is_refused_without_a_fault(name: str, value: str) -> None:
    """Any content of a signature's headers is refused with a reason."""
    request = signed(KEYS, Clock())
    if request.headers[name].strip() != value.strip(" \t"):
        assert refusal(request.with_header(name, value)) in Reason


@given(st.data())
def test_no_change_of_a_character_is_accepted(data: st.DataObject) -> None:
    """One other character anywhere in what is signed, or in the signature, is enough."""
    request = signed(KEYS, Clock())
    name = data.draw(st.sampled_from([header for header in request.headers if header != "traceparent"]))
    value = request.headers[name]
    at = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    changed = value[:at] + other + value[at + 1 :]
    if changed.lower() != value.lower():
        assert refusal(request.with_header(name, changed)) in Reason


@pytest.mark.parametrize(
    ("signs", "verifies"), [(secret("one"), secret("one")), (PRIVATE, PUBLIC)], ids=["hmac", "ed25519"]
)
def test_a_signature_has_one_text(signs: dict[str, str], verifies: dict[str, str]) -> None:
    """Texts that differ in bits which base64 does not use, and decode to the same signature, are refused."""
    request = signed(fixed(signs), Clock())
    value = request.headers["signature"]
    matched = re.fullmatch(r"gateway=:(.+):", value)
    assert matched is not None
    text = matched[1]
    last = len(text.rstrip("=")) - 1
    others = [text[:last] + other + text[last + 1 :] for other in BASE64 if other != text[last]]
    equal = [other for other in others if b64decode(other) == b64decode(text)]
    assert len(equal) in {3, 15}
    for other in equal:
        changed = request.with_header("signature", value.replace(text, other))
        assert refusal(changed, keys=fixed(verifies)) is Reason.MALFORMED


@given(st.dictionaries(st.sampled_from(["x-a", "x-b", "accept-language"]), HEADERS))
def test_any_header_of_a_client_is_signed(headers: dict[str, str]) -> None:
    """Whatever octets a forwarded header has, the subgraph reads the same text as the gateway signed."""
    clock = Clock()
    assert verifier(clock).verify(signed(KEYS, clock, headers=headers).head()).covered >= headers.keys()
