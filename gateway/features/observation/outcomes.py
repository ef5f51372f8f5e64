"""Records on spans which operation a request had, and why it failed."""

from __future__ import annotations

import re
from typing import Final

from opentelemetry.trace import Span, Status, StatusCode

from foundation.tracing import error_type
from gateway.errors import RequestError
from gateway.pipeline.policies import PolicyInput

SERVER_ERROR: Final = 500
CLIENT_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._/-]{0,63}")
"""How many characters of a client's name are recorded: too few for a person's address."""


def note_operation(span: Span, policy_input: PolicyInput) -> None:
    """Record the operation and its client."""
    document, client = policy_input.prepared.document, policy_input.client
    span.set_attribute("graphql.operation.type", document.kind)
    span.set_attribute("graphql.document.hash", document.token_digest.hex())
    if document.name is not None:
        span.set_attribute("graphql.operation.name", document.name)
    if client.name is not None and CLIENT_NAME.fullmatch(client.name):
        span.set_attribute("graphql.client.name", client.name)
    span.set_attribute("graphql.client.class", client.client_class.name)


def note_failure(span: Span, error: BaseException) -> None:
    """Record why a request failed; only the gateway's own faults mark the span as failed."""
    status = error.status if isinstance(error, RequestError) else SERVER_ERROR
    span.set_attribute("error.type", error_type(error))
    if isinstance(error, Exception):
        span.set_attribute("http.response.status_code", status)
        if status >= SERVER_ERROR:
            span.set_status(Status(StatusCode.ERROR))
