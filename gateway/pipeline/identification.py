"""Identifies the client of a request by its headers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import TypeAlias

from msgspec import Struct

from gateway.errors import RequestError
from gateway.settings.client_class import DEFAULT, ClientClass
from gateway.settings.clients import ClientSettings

CustomerOf: TypeAlias = Callable[[object], str | None]
"""Returns the key of a session's customer; None without a customer."""

_MAX_LENGTH = 128
"""The most characters of a client's name or version; a longer one is ignored."""


class ClientIdentity(Struct, frozen=True):
    """The client of a request.

    Attributes:
        client_class: The class that the request's key proves; `default` without a key.
        name: The name that the client gives itself; it proves nothing.
        version: The version that the client gives itself.
    """

    client_class: ClientClass
    name: str | None = None
    version: str | None = None


class Identification:
    """Identifies the clients of requests.

    Attributes:
        anonymous: The identity of a request that does not identify its client.
    """

    def __init__(self, settings: ClientSettings) -> None:
        classes = {client_class.name: client_class for client_class in settings.classes}
        self.anonymous = ClientIdentity(classes.get(DEFAULT, ClientClass(name=DEFAULT)))
        self._by_digest = {
            digest: client_class for client_class in classes.values() for digest in client_class.key_sha256
        }
        self._requires_key = settings.key_required
        self._key_header = settings.key_header.encode("latin-1")
        self._name_headers = _encoded(settings.name_headers)
        self._version_headers = _encoded(settings.version_headers)
        self._identifying = frozenset({self._key_header, *self._name_headers})

    def identify(self, headers: Mapping[bytes, bytes]) -> ClientIdentity:
        """Return the client of a request.

        Args:
            headers: The request's headers by name in lower case.

        Raises:
            RequestError: The request has a key that belongs to no class, or lacks a key that is required.
        """
        if self._identifying.isdisjoint(headers) and not self._requires_key:
            return self.anonymous
        name = _first(headers, self._name_headers)
        key = headers.get(self._key_header)
        if key is None:
            if self._requires_key:
                raise RequestError("A client's key is required.", code="CLIENT_KEY_REQUIRED", status=401)
            if name is None:
                return self.anonymous
        client_class = self.anonymous.client_class if key is None else self._class_of(key)
        return ClientIdentity(client_class, name, _first(headers, self._version_headers))

    def _class_of(self, key: bytes) -> ClientClass:
        # A guess's digest does not show how close the guess was, so a plain look-up leaks nothing.
        client_class = self._by_digest.get(sha256(key).hexdigest())
        if client_class is None:
            raise RequestError("The client's key is not known.", code="UNKNOWN_CLIENT_KEY", status=401)
        return client_class


def _encoded(names: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(name.encode("latin-1") for name in names)


def _first(headers: Mapping[bytes, bytes], names: tuple[bytes, ...]) -> str | None:
    for name in names:
        value = headers.get(name)
        if value:
            return value.decode("latin-1") if len(value) <= _MAX_LENGTH else None
    return None
