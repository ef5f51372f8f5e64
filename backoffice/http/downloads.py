"""Tables as CSV or files over HTTP: streamed, for signed-in people, from the back office's own pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from backoffice.errors import BackofficeError, NotSignedIn
from backoffice.graph.area import Download, FileDownload, while_awaited
from backoffice.http.requests import body_of, error_response, gone, require_session
from backoffice.http.security import NO_STORE, Site
from backoffice.identity.sessions import Stage
from backoffice.identity.sign_in import SignIn

PATH: Final = "/backoffice/downloads"


@dataclass(frozen=True, slots=True)
class Downloads:
    """Serves the tables of all areas.

    Attributes:
        tables: By name.
    """

    tables: Mapping[str, Download]
    sign_in: SignIn
    site: Site

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [Route(f"{PATH}/{{name}}", self.download, methods=["POST"])]

    async def download(self, request: Request) -> Response:
        """Stream a table; the body has its parameters as a JSON object of texts."""
        table = self.tables.get(request.path_params["name"])
        if table is None:
            return Response("There is no such table.", 404, media_type="text/plain")
        try:
            current = await require_session(request, self.site, self.sign_in)
            if current.session.stage is not Stage.FULL:
                raise NotSignedIn
            given = await body_of(request, dict[str, str])
            parts = await while_awaited(table(current.actor, given), gone(request))
        except BackofficeError as error:
            return error_response(error)
        name = request.path_params["name"]
        if isinstance(parts, FileDownload):
            named = f'attachment; filename="{name}.{parts.ending}"'
            whole = {"content-disposition": named, "cache-control": NO_STORE}
            return Response(parts.body, headers=whole, media_type=parts.media_type)
        headers = {"content-disposition": f'attachment; filename="{name}.csv"', "cache-control": NO_STORE}
        return StreamingResponse(parts, headers=headers, media_type="text/csv; charset=utf-8")
