"""A server in front of the demo, whose page is each contender's GraphiQL and tells when its editor is ready.

Unlike in a test, no debugger is attached to the browser: one records the stack of each request, for which V8
compiles the page's scripts a second time, and the editor is ready much later.
"""

import asyncio
import gzip
import json
import mimetypes
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

WAIT_MS: Final = 3000
"""How long the first page of a visit stands, so that the browser's own start is over."""
START: Final = f"setTimeout(() => {{ location.href = '/graphql'; }}, {WAIT_MS});"
PROBE: Final = """
const observer = new MutationObserver(() => {
  const editor = document.querySelector('.graphiql-query-editor');
  const lines = [...(editor?.querySelectorAll('.view-line') ?? [])];
  const written = lines.some((line) => line.textContent);
  if (!written || !editor.querySelector('textarea, .native-edit-context')) return;
  observer.disconnect();
  const body = JSON.stringify({ readyMs: performance.now() });
  fetch('/probe/ready', { method: 'POST', body }).then((response) => response.text()).then((next) => {
    if (next !== '') location.href = next;
  });
});
observer.observe(document, { subtree: true, childList: true, characterData: true });
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A contender's GraphiQL.

    Attributes:
        html: The page with the probe, compressed by gzip.
        folder: The files below `/graphiql/`; None if the page needs none.
    """

    html: bytes
    folder: Path | None = None

    @classmethod
    def probed(cls, html: str, folder: Path | None = None) -> "Page":
        """Return a page to which the probe is added."""
        probe = '<head><script src="/probe/probe.js" async></script>'
        return cls(gzip.compress(html.replace("<head>", probe, 1).encode()), folder)


@dataclass(slots=True)
class PageServer:
    """Serves one contender's page at a time; everything else is the demo's.

    Attributes:
        ready: The times at which an editor was ready, in milliseconds since the navigation began.
    """

    demo: str
    page: Page
    visits_left: int = 0
    ready: asyncio.Queue[float] = field(default_factory=asyncio.Queue)
    _client: httpx.AsyncClient = field(default_factory=lambda: httpx.AsyncClient(timeout=60))

    def application(self) -> Starlette:
        """Return the server as an ASGI application."""
        routes = [
            Route("/probe/start", self._start),
            Route("/probe/start.js", lambda _: _script(START)),
            Route("/probe/probe.js", lambda _: _script(PROBE)),
            Route("/probe/ready", self._record, methods=["POST"]),
            Route("/{path:path}", self._file_or_demo, methods=["GET", "POST"]),
        ]
        return Starlette(routes=routes)

    async def close(self) -> None:
        """Close the connections to the demo."""
        await self._client.aclose()

    async def _start(self, _: Request) -> Response:
        return Response('<!doctype html><script src="/probe/start.js"></script>', media_type="text/html")

    async def _record(self, request: Request) -> Response:
        """Answer with the address at which the next visit begins; empty after the last."""
        self.ready.put_nowait(json.loads(await request.body())["readyMs"])
        self.visits_left -= 1
        return Response("/probe/start" if self.visits_left > 0 else "")

    async def _file_or_demo(self, request: Request) -> Response:
        path = request.path_params["path"]
        if path == "graphql" and "text/html" in request.headers.get("accept", ""):
            headers = {"content-encoding": "gzip", "cache-control": "no-cache"}
            return Response(self.page.html, headers=headers, media_type="text/html")
        if self.page.folder is not None and path.startswith("graphiql/"):
            return _file(self.page.folder / path.removeprefix("graphiql/"))
        return await self._of_demo(request)

    async def _of_demo(self, request: Request) -> Response:
        names = ("accept", "authorization", "content-type")
        headers = {name: value for name in names if (value := request.headers.get(name)) is not None}
        answer = await self._client.request(
            request.method, f"{self.demo}{request.url.path}", headers=headers, content=await request.body()
        )
        return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))


def _file(path: Path) -> Response:
    """Answer with a built file, compressed by the build, for ever, as `furlong serve` does."""
    kind = mimetypes.guess_type(path.name)[0]
    compressed = path.with_name(f"{path.name}.br")
    encoding = {"content-encoding": "br"} if compressed.exists() else {}
    content = (compressed if compressed.exists() else path).read_bytes()
    return Response(
        content, headers={"cache-control": "max-age=31536000, immutable", **encoding}, media_type=kind
    )


def _script(text: str) -> Response:
    return Response(text, media_type="text/javascript")
