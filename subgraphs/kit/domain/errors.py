"""What a subgraph may tell its caller; anything else is masked and logged."""


class CallerError(Exception):
    """An error whose message and code are meant for the caller.

    Attributes:
        code: put into the GraphQL error's `extensions.code`.
    """

    code = "BAD_USER_INPUT"

    @property
    def extensions(self) -> dict[str, str]:
        """What GraphQL puts beside the message."""
        return {"code": self.code}


class BadInput(CallerError):
    """An argument that cannot be right, whoever asks."""


class Forbidden(CallerError):
    """The caller asked for another customer's or another brand's data."""

    code = "FORBIDDEN"


class UnknownBrand(CallerError):
    """The session's brand has not been loaded (yet)."""

    code = "UNKNOWN_BRAND"


class Unauthenticated(CallerError):
    """The `Authorization` header is there but does not hold: answered with HTTP 401."""

    code = "UNAUTHENTICATED"
