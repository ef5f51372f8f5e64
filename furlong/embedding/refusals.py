"""Why a brand's server gets no session for a frame."""


class Refused(Exception):
    """A request for a session that is refused.

    Attributes:
        status: The response's status.
        code: Why, for programs.
        message: Why, for the brand's developers.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
