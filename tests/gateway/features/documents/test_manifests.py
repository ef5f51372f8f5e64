"""Manifests of the usual build tools are read, and broken ones are refused by file and entry."""

from __future__ import annotations

import json
from hashlib import md5, sha256
from typing import Any

import pytest

from gateway.features.documents.manifests import read_manifest
from gateway.features.documents.trusted import ManifestError, TrustedDocuments
from gateway.pipeline.preparation.prepared import digest

ME = "query Me {\n  me {\n    name\n  }\n}"
SAME = "query Me { me { name } } # the same"
USERS = "query Users { users { id } }"


def apollo(*operations: Any, **changes: Any) -> bytes:
    """A manifest as Apollo's tools write it."""
    known = {"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations}
    return json.dumps(known | changes).encode()


def operation(text: str, document_id: str | None = None, **more: Any) -> dict[str, Any]:
    """An operation of such a manifest."""
    found = document_id or sha256(text.encode()).hexdigest()
    return {"id": found, "name": "Me", "type": "query", "body": text, **more}


FORMATS = {
    "codegen": (json.dumps({"8d2c": ME}).encode(), "8d2c"),
    "codegen-sha256": (
        json.dumps({f"sha256:{sha256(ME.encode()).hexdigest()}": ME}).encode(),
        sha256(ME.encode()).hexdigest(),
    ),
    "relay": (json.dumps({md5(ME.encode()).hexdigest(): ME}).encode(), md5(ME.encode()).hexdigest()),  # noqa: S324 - as Relay does
    "apollo": (apollo(operation(ME)), sha256(ME.encode()).hexdigest()),
    "apollo-own-id": (apollo(operation(ME, "Me")), "Me"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_a_document_is_found_by_id_and_by_tokens(name: str) -> None:
    """In each format; the id may say sha256: or not; white space and comments do not matter."""
    content, document_id = FORMATS[name]
    trusted = TrustedDocuments(read_manifest("app.json", content))
    for asked in (document_id, f"sha256:{document_id}"):
        found = trusted.find(asked, None)
        assert found is not None
        assert found.text == ME
    assert trusted.allows(digest("query Me{me{name}}"), None)
    assert not trusted.allows(digest("query Me{me{id}}"), None)
    assert trusted.find("other", None) is None
    assert len(trusted) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "app.json: not JSON"),
        (b"[]", "app.json: a manifest is a JSON object"),
        (b'{"a": 1}', "app.json: a: expected a document"),
        (b'{"": "{ me { id } }"}', "app.json: : expected a document"),
        (b'{"a": "{ me { "}', "app.json: a: Syntax Error"),
        (json.dumps({f"sha256:{64 * '0'}": ME}).encode(), "app.json: sha256:0+: the SHA-256 digest"),
        (apollo(version=2), "app.json: only version 1"),
        (apollo(format="another"), "app.json: only version 1 of the format apollo-persisted-query-manifest"),
        (apollo(operation(ME), operation("{")), "app.json: operation 2 .*: Syntax Error"),
        (apollo({"id": "x"}), "app.json: operation 1: id and body"),
        (apollo("x"), "app.json: operation 1: expected an object"),
        (apollo(operation(ME, clientName=7)), "app.json: operation 1: clientName"),
        (json.dumps({"a": "{" + "a{" * 5000}).encode(), "app.json: a: .*nested too deeply"),
    ],
)
def test_a_broken_manifest_is_refused_in_words(content: bytes, message: str) -> None:
    """The message names the file and the entry."""
    with pytest.raises(ManifestError, match=message):
        read_manifest("app.json", content)


def test_several_manifests_may_have_equal_documents() -> None:
    """Old versions of an app share most documents with the newest."""
    old = read_manifest("old.json", json.dumps({"a": ME, "b": USERS}).encode())
    new = read_manifest("new.json", json.dumps({"a": SAME}).encode())
    trusted = TrustedDocuments([*old, *new])
    assert len(trusted) == 2
    assert [each.id for each in trusted.each()] == ["a", "b"]


def test_an_id_that_stands_for_two_documents_is_refused() -> None:
    """The message names both places."""
    old = read_manifest("old.json", json.dumps({"a": ME}).encode())
    new = read_manifest("new.json", json.dumps({"a": USERS}).encode())
    with pytest.raises(ManifestError, match=r"new\.json: a: the id a stands for .* in old\.json: a"):
        TrustedDocuments([*old, *new])


def test_an_id_may_stand_for_another_document_for_another_client() -> None:
    """A client's own document comes first; a document that is bound to a client is nobody else's."""
    documents = [
        *read_manifest("web.json", json.dumps({"Main": ME}).encode(), frozenset({"web", "tv"})),
        *read_manifest("ios.json", apollo(operation(USERS, "Main", clientName="ios")), frozenset({"web"})),
        *read_manifest("all.json", json.dumps({"Main": "query Me { me { id } }"}).encode()),
    ]
    trusted = TrustedDocuments(documents)
    texts = {client: trusted.find("Main", client) for client in ("web", "tv", "ios", "other", None)}
    assert {client: found and found.text for client, found in texts.items()} == {
        "web": ME,
        "tv": ME,
        "ios": USERS,
        "other": "query Me { me { id } }",
        None: "query Me { me { id } }",
    }
    assert trusted.depends_on_client("Main")
    assert trusted.allows(digest("query Me{me{name}}"), "tv")
    assert not trusted.allows(digest("query Me{me{name}}"), "ios")
    assert not trusted.allows(digest("query Me{me{name}}"), None)
    assert trusted.allows(digest("query Me{me{id}}"), "ios")


def test_a_document_is_free_if_one_manifest_binds_it_to_nobody() -> None:
    """Whatever the order of the manifests."""
    bound = read_manifest("bound.json", json.dumps({"a": ME}).encode(), frozenset({"web"}))
    free = read_manifest("free.json", json.dumps({"b": SAME}).encode())
    for documents in ([*bound, *free], [*free, *bound]):
        assert TrustedDocuments(documents).allows(digest("query Me{me{name}}"), "other")
