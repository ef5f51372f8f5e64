"""Answers GraphQL multipart requests: the files go to the one subgraph that takes their variables."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from email.message import Message
from functools import partial
from importlib import import_module
from typing import Any, Final

from msgspec import Struct

from foundation.graphql_http import GraphQLRequest, read_body
from gateway.errors import RequestError, SupergraphError
from gateway.feature import Core, Feature, Version, VersionParts
from gateway.features.uploads.form import FormReader, InvalidUpload
from gateway.features.uploads.settings import UploadSettings
from gateway.features.uploads.upload import UPLOAD, Upload, file_variables, marked
from gateway.http.inner_request import InnerClient, InnerRequest
from gateway.http.request import ReceivedRequest
from gateway.pipeline.policies import PolicyInput
from gateway.pipeline.preparation.plan_cache import PlannedOperation
from gateway.pipeline.stages import HttpRequest, Response, ResponsePipeline
from gateway.transport import HttpTransport, Transport

FORM: Final = b"multipart/form-data"
SAME_ORIGIN: Final = b"same-origin"
BOUNDARY_LENGTH: Final = 70


class Uploads(Feature):
    """Streams files to the subgraphs that take them."""

    core: Core

    def install(self, core: Core) -> None:
        """Note who signs requests."""
        self.core = core

    def transports(self, version: Version) -> Mapping[str, Transport]:
        """Send files to the subgraphs that the settings name.

        Raises:
            SupergraphError: One is not called over HTTP, or its requests are signed as a whole.
        """
        settings, reached = version.settings.of(UploadSettings), dict(version.transports)
        for name in settings.subgraphs:
            over_http = _over_http(reached.get(name))
            if over_http is None:
                raise SupergraphError(f"uploads: the supergraph has no subgraph {name} over HTTP.")
            if over_http.sign is not None:
                raise SupergraphError(f"uploads: requests to {name} are signed, which files cannot be.")
            url = version.settings.subgraphs.urls.get(name, version.supergraph.subgraphs[name].url)
            module = import_module("gateway.features.uploads.transport")
            reached[name] = module.UploadingTransport(reached[name], over_http, url, settings.seconds)
        return reached

    def of(self, version: Version) -> VersionParts:
        """Divide files from operations before anything else is done with a request."""
        settings = version.settings.of(UploadSettings)
        uploading = partial(
            UploadingPipeline,
            files=settings.files,
            file_bytes=settings.bytes,
            headers=tuple(name.encode() for name in settings.headers),
        )
        return VersionParts(dividers=(uploading,), plans=(OneSubgraph(frozenset(settings.subgraphs)),))


def _over_http(transport: object) -> HttpTransport | None:
    """Return the transport over HTTP that others may be wrapped around."""
    while transport is not None and not isinstance(transport, HttpTransport):
        transport = getattr(transport, "transport", None)
    return transport


class OneSubgraph(Struct, frozen=True):
    """Refuses files that no subgraph takes, or several.

    Attributes:
        subgraphs: The subgraphs that take files.
    """

    subgraphs: frozenset[str]

    def check(self, policy_input: PolicyInput, planned: PlannedOperation) -> None:
        """Let a request pass unless its files cannot be streamed.

        Raises:
            RequestError: It is no mutation, or not just one call to a subgraph that takes files has them.
        """
        request = policy_input.request
        if not isinstance(request, UploadRequest):
            return
        if planned.plan.kind != "mutation":
            raise InvalidUpload("Only a mutation may have files.")
        names = set(file_variables(policy_input.prepared.variables, request.upload.names))
        takers = [fetch for fetch in planned.plan.fetches if names & set(fetch.variables)]
        if len(takers) != 1 or not names <= set(takers[0].variables):
            raise InvalidUpload("All files of a request must be for one call of one subgraph.")
        if takers[0].subgraph not in self.subgraphs:
            raise InvalidUpload("The subgraph of this field takes no files.")


class UploadRequest(InnerRequest):
    """The operation of a multipart request, whose files are still arriving."""

    __slots__ = ("_graphql", "upload")

    def __init__(self, upload: Upload, graphql: GraphQLRequest, *request: Any) -> None:
        super().__init__(*request)
        self.upload = upload
        self._graphql = graphql

    def arrived_body(self) -> bytes | None:
        """Return None: no two such requests are alike."""
        return None

    async def read_body(self) -> bytes | None:
        """Return None: the operation has been read."""
        return None

    def parse(self, _body: bytes | None) -> GraphQLRequest:
        """Return the operation."""
        return self._graphql


class UploadingPipeline(Struct, frozen=True):
    """Answers multipart requests as well as others.

    Attributes:
        pipeline: Answers operations.
        files: The most files of a request.
        file_bytes: The most bytes of a file.
        headers: The headers of which a multipart request must have one.
    """

    pipeline: ResponsePipeline
    files: int
    file_bytes: int
    headers: tuple[bytes, ...]

    async def respond(self, request: HttpRequest) -> Response:
        """Return the response to a request."""
        if not isinstance(request, ReceivedRequest) or request.parameters is not None:
            return await self.pipeline.respond(request)
        content_type = request.headers.get(b"content-type", b"")
        if content_type[: len(FORM)].lower() != FORM or b"content-encoding" in request.headers:
            return await self.pipeline.respond(request)
        self._require_script(request)
        operation = await self._operation(request, _boundary(content_type))
        token = UPLOAD.set(operation.upload)
        try:
            response = await self.pipeline.respond(operation)
        finally:
            UPLOAD.reset(token)
            request.recorder = operation.recorder
        if operation.upload.error is not None:
            raise operation.upload.error
        return response

    def _require_script(self, request: ReceivedRequest) -> None:
        """Refuse what a form of any page could send, with the cookies of its reader.

        Raises:
            RequestError: Nothing says that a script of an allowed page has sent it.
        """
        given = request.headers
        if given.get(b"sec-fetch-site") == SAME_ORIGIN or any(name in given for name in self.headers):
            return
        names = ", ".join(name.decode() for name in self.headers)
        raise RequestError(
            f"A multipart request needs one of these headers, with any value: {names}.",
            code="CSRF_PREVENTED",
            status=403,
        )

    async def _operation(self, request: ReceivedRequest, boundary: str) -> UploadRequest:
        """Read the form up to its first file.

        Raises:
            RequestError: It is no GraphQL multipart request.
        """
        form, limit = FormReader(_chunks(request), boundary), request.body_limit
        texts = []
        for name in ("operations", "map"):
            part = await form.part()
            if part is None or part.name != name:
                raise InvalidUpload("The parts of a multipart request are operations, map, and the files.")
            texts.append(await form.text(limit))
        body, names = marked(texts[0], texts[1], self.files)
        upload = Upload(form, self.file_bytes, names)
        graphql = read_body(body, ids_are_documents=True)
        client = InnerClient(request.client.address)
        return UploadRequest(upload, graphql, client, request.headers, request.forwarded)


def _boundary(content_type: bytes) -> str:
    message = Message()
    message["content-type"] = content_type.decode("latin-1")
    boundary = message.get_boundary()
    if not boundary or len(boundary) > BOUNDARY_LENGTH or not boundary.isascii():
        raise InvalidUpload("The content type must name a boundary.")
    return boundary


async def _chunks(request: ReceivedRequest) -> AsyncIterator[bytes]:
    """Yield the body as it arrives; what is not taken stays in the network.

    Raises:
        ClientDisconnected: The client disconnected before the body was complete.
    """
    if request.body is not None:
        yield request.body
        return
    async for chunk in request.client.chunks():
        yield chunk
