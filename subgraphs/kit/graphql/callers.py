"""Decides who may call a subgraph over HTTP, and how much one request may ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from graphql import GraphQLError, Source, TokenKind
from graphql.language import Lexer

from foundation.graphql_http import GraphQLRequest, RequestError
from foundation.signatures import SharedNonces, SignatureLimits, SignatureVerifier, ValkeyNonces, key_source
from subgraphs.kit.settings import CallerSettings, CallLimits

DOCUMENT_CHARS: Final = 64 * 1024
"""The most characters of a document; gateways send values as variables."""

TELLS_SCHEMA: Final = frozenset({"_service", "__schema", "__type"})
"""The fields that reveal the schema."""

NO_KEYS: Final = (
    "set FURLONG_SUBGRAPH_GATEWAY_KEYS_FILE to the gateway's keys, so that this subgraph answers nobody "
    "else; or FURLONG_SUBGRAPH_CALLERS=unsigned if the network lets nobody else reach it"
)


@dataclass(frozen=True, slots=True)
class Callers:
    """Decides who may call a subgraph over HTTP.

    Attributes:
        verifier: Verifies signatures; None if requests need none.
        nonces: The nonces that all processes of the subgraph share; None if each has its own memory.
        hides_schema: Whether nobody may read the schema.
        limits: How much one request may ask for.
    """

    verifier: SignatureVerifier | None = None
    hides_schema: bool = False
    limits: CallLimits = field(default_factory=CallLimits)
    nonces: SharedNonces | None = None

    @classmethod
    def of(cls, settings: CallerSettings, subgraph: str) -> Self:
        """Build the callers from the settings.

        Raises:
            ValueError: A setting is missing or wrong; the message names it.
        """
        limits = CallLimits.model_validate(settings, from_attributes=True)
        if settings.callers != "signed":
            return cls(None, settings.callers == "unsigned", limits)
        text = settings.gateway_keys
        try:
            keys = key_source(settings.gateway_keys_file, None if text is None else text.get_secret_value())
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) else error
            raise ValueError(f"FURLONG_SUBGRAPH_GATEWAY_KEYS: {said}") from error
        if keys is None:
            raise ValueError(NO_KEYS)
        lives = SignatureLimits(
            settings.signature_seconds, settings.clock_skew_seconds, settings.signatures_kept
        )
        verifier = SignatureVerifier(subgraph, keys, lives)
        return cls(verifier, hides_schema=False, limits=limits, nonces=_shared(settings, subgraph, lives))

    def check(self, graphql_request: GraphQLRequest) -> None:
        """Check a request before it is parsed.

        Raises:
            RequestError: It asks for too much, or for the schema.
        """
        if len(graphql_request.query) > DOCUMENT_CHARS:
            raise RequestError(
                f"The document is longer than {DOCUMENT_CHARS} characters.",
                code="DOCUMENT_TOO_LARGE",
                status=413,
            )
        if _longest_list(graphql_request.variables) > self.limits.representations:
            raise RequestError(
                f"At most {self.limits.representations} representations are answered at once.",
                code="TOO_MANY_REPRESENTATIONS",
                status=413,
            )
        if self.hides_schema and asks_for_schema(graphql_request.query):
            raise RequestError(
                "The schema is shown only where requests are signed.",
                code="INTROSPECTION_DISABLED",
                status=403,
            )


def _shared(settings: CallerSettings, subgraph: str, lives: SignatureLimits) -> SharedNonces | None:
    if settings.signatures_valkey_url is None:
        return None
    return ValkeyNonces(
        settings.signatures_valkey_url,
        subgraph,
        kept_seconds=lives.accepted_seconds,
        seconds=settings.signatures_valkey_seconds,
    )


DEVELOPMENT: Final = Callers()
"""Everybody may call, and read the schema: for development and tests."""


def asks_for_schema(document: str) -> bool:
    """Return whether a document names a field that reveals the schema; broken documents reveal nothing."""
    if not any(name in document for name in TELLS_SCHEMA):
        return False
    lexer = Lexer(Source(document))
    try:
        while (token := lexer.advance()).kind is not TokenKind.EOF:
            if token.kind is TokenKind.NAME and token.value in TELLS_SCHEMA:
                return True
    except GraphQLError:
        return False
    return False


def too_large(limit: int) -> RequestError:
    """Return the error for a response that is longer than the limit, in bytes."""
    return RequestError(
        f"The response is larger than {limit} bytes, or holds too much.",
        code="RESPONSE_TOO_LARGE",
        status=413,
    )


def _longest_list(variables: Mapping[str, Any]) -> int:
    return max((len(value) for value in variables.values() if isinstance(value, list)), default=0)
