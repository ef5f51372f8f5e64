"""`POST /webhooks/{processor}`: what processors say by themselves, believed only if they have signed it.

An answer of 200 means that nothing has to be said again; anything else, that it has to. What is signed and
cannot be read is kept for a person, and need not be said again either.
"""

from hashlib import sha256
from http import HTTPStatus
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from foundation.storage.errors import is_unavailable
from subgraphs.wallet.paying.work import PaymentWork
from subgraphs.wallet.payments.processor import Unanswered, Unavailable, Unreadable, WrongSignature
from subgraphs.wallet.payments.records.cases import Case, CaseKind, open_case

log = structlog.get_logger(__name__)
PATH: Final = "/webhooks"
MAX_BYTES: Final = 256 * 1024
KEPT_CHARACTERS: Final = 8_000


class TooLong(Exception):
    """A body has more bytes than a webhook has."""


class Webhooks:
    """Hears processors."""

    def __init__(self, work: PaymentWork) -> None:
        self._work = work

    async def answer(self, request: Request) -> Response:
        """Note what a processor says, and do what follows."""
        name = request.path_params["processor"]
        opened = self._work.asking.processors.get(name)
        if opened is None:
            return Response(status_code=HTTPStatus.NOT_FOUND)
        try:
            body = await _body(request)
        except TooLong:
            return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except ClientDisconnect:
            return Response(status_code=HTTPStatus.BAD_REQUEST)
        headers = {
            key.decode("latin-1").lower(): value.decode("latin-1") for key, value in request.headers.raw
        }
        try:
            return await self._heard(name, headers, body)
        except (OSError, Unanswered, Unavailable) as why:
            log.warning("webhook_not_kept", processor=name, why=str(why)[:200])
        except DBAPIError as error:
            if not is_unavailable(error):
                raise
            log.warning("webhook_not_kept", processor=name, why=type(error).__name__)
        return Response(status_code=HTTPStatus.SERVICE_UNAVAILABLE)

    async def _heard(self, name: str, headers: dict[str, str], body: bytes) -> Response:
        """Believe what is signed.

        Raises:
            OSError: The database is unavailable.
            Unanswered: The processor does not say now which charge it means.
            Unavailable: Likewise.
        """
        processor = self._work.asking.processors[name].processor
        try:
            notices = processor.read(headers, body, self._work.wallet.clock.machine.now())
        except WrongSignature as why:
            log.warning("webhook_refused", processor=name, why=str(why))
            return Response(status_code=HTTPStatus.UNAUTHORIZED)
        except Unreadable as why:
            await self._keep(name, body, str(why))
            return Response(status_code=HTTPStatus.OK)
        for notice in notices:
            await self._work.notice(name, notice)
        return Response(status_code=HTTPStatus.OK)

    async def _keep(self, name: str, body: bytes, why: str) -> None:
        """Keep what cannot be read for a person."""
        case = Case(
            kind=CaseKind.UNREADABLE,
            processor=name,
            subject=f"webhook {sha256(body).hexdigest()[:32]}",
            details={"why": why, "body": body.decode("utf-8", "replace")[:KEPT_CHARACTERS]},
            opened_at=await self._work.wallet.now(),
        )
        async with self._work.wallet.database.write() as connection:
            await open_case(connection, self._work.store.tables, case)
        log.error("webhook_unreadable", processor=name, why=why)


def webhooks_app(work: PaymentWork) -> Starlette:
    """Build the application that hears processors."""
    return Starlette(routes=[Route(f"{PATH}/{{processor}}", Webhooks(work).answer, methods=["POST"])])


async def _body(request: Request) -> bytes:
    """Return a body of bounded length.

    Raises:
        TooLong: It is longer.
        ClientDisconnect: The other side has gone.
    """
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BYTES:
            raise TooLong
    return content
