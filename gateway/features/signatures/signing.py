"""The signers of requests to subgraphs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from foundation.signatures import Recipient, RequestSigner, key_source
from gateway.errors import SubgraphUnreachable, SupergraphError
from gateway.features.signatures.settings import SignatureSettings
from gateway.transport import Sign, SignerOf
from gateway.transport.address import Address


@dataclass(frozen=True, slots=True)
class SubgraphSigner:
    """Signs the requests to a subgraph; equal to another signer with the same effect.

    Attributes:
        source: The file with the keys, or their text.
        name: The subgraph's name.
        url: The subgraph's URL.
        seconds: How long a signature is valid.
        signer: Creates the signatures.
        method: The method of the requests.
    """

    source: Path | SecretStr
    name: str
    url: str
    seconds: int
    signer: RequestSigner = field(compare=False, repr=False)
    method: str = "POST"

    def __call__(self, body: bytes, headers: Mapping[str, str]) -> bytes:
        """Return the header lines that sign a request.

        Raises:
            SubgraphUnreachable: No key can sign.
        """
        try:
            return self.signer.lines(body, headers)
        except ValueError as error:
            raise SubgraphUnreachable(f"the request cannot be signed: {error}") from error


def request_signing(settings: SignatureSettings) -> SignerOf:
    """Return the function that gives each subgraph its signer.

    Raises:
        SupergraphError: The keys cannot be read, or none can sign.
    """
    text, file = settings.keys, settings.keys_file
    try:
        keys = key_source(file, None if text is None else text.get_secret_value())
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise SupergraphError(f"The keys that sign requests to subgraphs: {said}.") from error
    source = file or text
    if keys is None or source is None:
        raise SupergraphError("No keys sign requests to subgraphs.")
    if keys().signing is None:
        raise SupergraphError("The keys that sign requests to subgraphs are all public: none can sign.")
    seconds = settings.seconds

    def signer_of(name: str, url: str, method: str = "POST", /) -> Sign:
        address = Address.of(url)
        recipient = Recipient(name, address.authority, address.target, method)
        signer = RequestSigner(keys, recipient, seconds=seconds)
        return SubgraphSigner(source, name, url, seconds, signer, method)

    return signer_of
