"""Signs requests to subgraphs with a key that only the gateway has."""

from __future__ import annotations

from gateway.feature import Core, Feature
from gateway.features.signatures.settings import SignatureSettings
from gateway.features.signatures.signing import request_signing


class Signatures(Feature):
    """Signs requests to subgraphs over HTTP."""

    def install(self, core: Core) -> None:
        """Sign all requests.

        Raises:
            SupergraphError: The keys cannot be read, or none can sign.
        """
        core.sign_with(request_signing(core.settings.of(SignatureSettings)))
