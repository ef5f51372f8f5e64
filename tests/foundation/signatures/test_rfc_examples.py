"""Signatures are those of RFC 9421: its own examples are reproduced and verified."""

from __future__ import annotations

import base64

import pytest

from foundation.signatures import read_key_set
from foundation.signatures.profile import signature_base
from tests.support.gateway.signing import PRIVATE, PUBLIC, key_text

SHARED_SECRET = {
    "kty": "oct",
    "kid": "test-shared-secret",
    "k": "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ",
}
EXAMPLES = {
    "B.2.5": (
        SHARED_SECRET,
        SHARED_SECRET,
        ("date", "@authority", "content-type"),
        '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
        "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=",
    ),
    "B.2.6": (
        PRIVATE,
        PUBLIC,
        ("date", "@method", "@path", "@authority", "content-type", "content-length"),
        (
            '("date" "@method" "@path" "@authority" "content-type" "content-length")'
            ';created=1618884473;keyid="test-key-ed25519"'
        ),
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
    ),
}
REQUEST = {
    "date": "Tue, 20 Apr 2021 02:07:55 GMT",
    "@method": "POST",
    "@path": "/foo",
    "@authority": "example.com",
    "content-type": "application/json",
    "content-length": "18",
}


@pytest.mark.parametrize("section", EXAMPLES)
def test_the_examples_of_the_rfc_are_signed_and_verified(section: str) -> None:
    """For a shared secret and for Ed25519, with the key of the example."""
    signs, verifies, names, parameters, expected = EXAMPLES[section]
    base = signature_base([(name, REQUEST[name]) for name in names], parameters)
    signing = read_key_set(key_text(signs).encode()).signing
    assert signing is not None
    signature = signing.sign(base)
    assert base64.b64encode(signature).decode() == expected
    key = read_key_set(key_text(verifies).encode()).by_id[verifies["kid"]]
    assert key.verifies(base, signature)
    assert not key.verifies(base + b" ", signature)
    assert not key.verifies(base, signature[:-1])
