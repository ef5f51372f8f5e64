"""The routes of a session: who is signed in, signing in and out, the second factor, another password."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from prometheus_client import Counter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backoffice.errors import BackofficeError
from backoffice.http.requests import CrossSiteRequest, body_of, error_response, json_response, require_session
from backoffice.http.security import Site
from backoffice.identity.credentials.second_factor import provisioning_uri
from backoffice.identity.renewal import Renewal
from backoffice.identity.sessions import Origin, Session, Stage
from backoffice.identity.sign_in import AuthenticatedSession, SignIn, Ticket
from backoffice.identity.users import User

Handler = Callable[[Request], Awaitable[Response]]


class Credentials(msgspec.Struct, forbid_unknown_fields=True):
    """Who signs in; `code` may come at once, or in the next step."""

    user: str
    password: str
    code: str = ""


class Code(msgspec.Struct, forbid_unknown_fields=True):
    """A code of the authenticator, or a recovery code."""

    code: str


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    """The present password and another one."""

    present: str
    new: str


class RenewalByLink(msgspec.Struct, forbid_unknown_fields=True):
    """The token of a link, and a new password."""

    token: str
    password: str


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """An empty object."""


@dataclass(frozen=True, slots=True)
class SessionRoutes:
    """The routes under `/backoffice/session`.

    Attributes:
        outcomes: Counts steps of signing in by outcome.
        pages: What screens link to, by name: `external`, where people sign in by OpenID Connect;
            `readyAccounts`, where a demo lists its accounts; `docs`, the documentation; and
            `firstBrand`, which screens show first. Empty if not there.
    """

    sign_in: SignIn
    renewal: Renewal
    site: Site
    outcomes: Counter
    pages: Mapping[str, str]

    def routes(self) -> list[Route]:
        """Return the routes."""
        path = "/backoffice/session"
        return [
            Route(path, self._refusing("show", self.show), methods=["GET"]),
            Route(path, self._refusing("password", self.begin), methods=["POST"]),
            Route(path, self._refusing("sign_out", self.end), methods=["DELETE"]),
            Route(f"{path}/totp", self._refusing("code", self.give_code), methods=["POST"]),
            Route(f"{path}/enrolment", self._refusing("enrolment", self.enrol), methods=["POST"]),
            Route(f"{path}/step-up", self._refusing("step_up", self.step_up), methods=["POST"]),
            Route(f"{path}/link", self._refusing("renew", self.renew), methods=["POST"]),
            Route(f"{path}/password", self._refusing("change", self.change_password), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Return who is signed in, and the CSRF token of the session."""
        token = self.site.token(request)
        current = await self.sign_in.authenticate(token, self.site.address(request)) if token else None
        if current is None:
            return json_response(self._anonymous())
        return json_response(self._described(current.user, current.session, token))

    async def begin(self, request: Request) -> Response:
        """Begin a session by name and password; complete it if the code is there."""
        if not self.site.is_own_page(request):
            raise CrossSiteRequest
        given = await body_of(request, Credentials)
        origin, before = self._origin(request), self.site.token(request)
        ticket = await self.sign_in.with_password(given.user, given.password, origin)
        if before and (old := await self.sign_in.authenticate(before, origin.address)) is not None:
            await self.sign_in.sign_out(old)
        if given.code and ticket.session.stage is Stage.FACTOR:
            current = await self._renewed(ticket, origin)
            ticket = await self.sign_in.with_code(current, given.code, origin)
        return await self._signed(request, ticket)

    async def renew(self, request: Request) -> Response:
        """Begin a session by a link to one's address, with a new password."""
        if not self.site.is_own_page(request):
            raise CrossSiteRequest
        given = await body_of(request, RenewalByLink)
        ticket = await self.renewal.renew(given.token, given.password, self._origin(request))
        return await self._signed(request, ticket)

    async def give_code(self, request: Request) -> Response:
        """Give the second factor, or confirm that it is set up."""
        current, given = await self._current(request), await body_of(request, Code)
        step = self.sign_in.with_code
        if current.session.stage is Stage.ENROLMENT:
            step = self.sign_in.confirm_enrolment
        return await self._signed(request, await step(current, given.code, self._origin(request)))

    async def enrol(self, request: Request) -> Response:
        """Return the secret to set an authenticator up with."""
        current, _ = await self._current(request), await body_of(request, Nothing)
        secret = await self.sign_in.enrolment(current)
        return json_response({"secret": secret, "uri": provisioning_uri(secret, current.user.login)})

    async def step_up(self, request: Request) -> Response:
        """Confirm the second factor again."""
        current, given = await self._current(request), await body_of(request, Code)
        return await self._signed(
            request, await self.sign_in.step_up(current, given.code, self._origin(request))
        )

    async def change_password(self, request: Request) -> Response:
        """Choose another password."""
        current, given = await self._current(request), await body_of(request, PasswordChange)
        ticket = await self.sign_in.change_password(current, given.present, given.new, self._origin(request))
        return await self._signed(request, ticket)

    async def end(self, request: Request) -> Response:
        """Sign out."""
        await self.sign_in.sign_out(await self._current(request))
        response = json_response(self._anonymous())
        self.site.drop_token(request, response)
        return response

    async def _current(self, request: Request) -> AuthenticatedSession:
        return await require_session(request, self.site, self.sign_in)

    async def _renewed(self, ticket: Ticket, origin: Origin) -> AuthenticatedSession:
        current = await self.sign_in.authenticate(ticket.token, origin.address)
        if current is None:
            raise CrossSiteRequest
        return current

    async def _signed(self, request: Request, ticket: Ticket) -> Response:
        current = await self._renewed(ticket, self._origin(request))
        shown = self._described(current.user, ticket.session, ticket.token)
        if ticket.recovery_codes:
            shown["recoveryCodes"] = list(ticket.recovery_codes)
        response = json_response(shown)
        self.site.set_token(request, response, ticket.token)
        return response

    def _anonymous(self) -> dict[str, Any]:
        return {"signedIn": False, "stage": "anonymous", **self.pages}

    def _described(self, user: User, session: Session, token: str) -> dict[str, Any]:
        until = session.stepped_up_until
        return {
            "signedIn": session.stage is Stage.FULL,
            "stage": session.stage.value,
            "csrfToken": self.sign_in.keys.csrf_token(token),
            "user": {"id": user.user_id, "login": user.login, "name": user.name},
            "steppedUpUntil": None if until is None else until.isoformat(),
            "expiresAt": session.expires_at.isoformat(),
            "idleSeconds": int(self.sign_in.lifetimes.idle.total_seconds()),
            **self.pages,
        }

    def _origin(self, request: Request) -> Origin:
        return Origin(self.site.address(request), request.headers.get("user-agent", ""))

    def _refusing(self, step: str, handler: Handler) -> Handler:
        async def handle(request: Request) -> Response:
            try:
                response = await handler(request)
            except BackofficeError as error:
                self.outcomes.labels(step, error.code).inc()
                return error_response(error)
            if step != "show":
                self.outcomes.labels(step, "OK").inc()
            return response

        return handle
