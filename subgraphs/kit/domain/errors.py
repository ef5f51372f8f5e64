"""Errors whose message is meant for the caller; all others are masked and logged."""


class CallerError(Exception):
    """An error whose message and code are meant for the caller.

    Attributes:
        code: The value of the GraphQL error's `extensions.code`.
    """

    code = "BAD_USER_INPUT"

    @property
    def extensions(self) -> dict[str, str]:
        """Return the `extensions` of the GraphQL error."""
        return {"code": self.code}


class BadInput(CallerError):
    """An invalid argument."""


class Forbidden(CallerError):
    """The data belong to another customer or brand."""

    code = "FORBIDDEN"


class UnknownBrand(CallerError):
    """The session's brand has not been loaded (yet)."""

    code = "UNKNOWN_BRAND"


class WrongCell(CallerError):
    """The session's customer belongs to another cell: answered with HTTP 425.

    The status promises that nothing was executed and that the request may be sent again, so HAProxy can route
    it again. 421 would be more precise, but HAProxy 2.6 cannot retry requests on it.
    """

    code = "WRONG_CELL"
    status = 425


class WrongRegion(WrongCell):
    """No customer of the session's brand belongs to this region: answered with HTTP 421.

    No cell of this region has the customer, so the request is not routed again.
    """

    code = "WRONG_REGION"
    status = 421


class Unauthenticated(CallerError):
    """The `Authorization` header is not valid: answered with HTTP 401."""

    code = "UNAUTHENTICATED"


class AuthenticationUnavailable(CallerError):
    """It cannot be determined at present whether the session is valid: answered with HTTP 503."""

    code = "AUTHENTICATION_UNAVAILABLE"
