"""Why a sign-in is refused."""

from backoffice.errors import BackofficeError


class SignInRefused(BackofficeError):
    """Login, password or code are wrong, or the account is disabled; the response does not say which."""

    code = "SIGN_IN_REFUSED"

    def __init__(self) -> None:
        super().__init__("The name, the password or the code is not right.")


class TooManyAttempts(BackofficeError):
    """There were too many failed attempts.

    Attributes:
        seconds: How long to wait.
    """

    code = "TOO_MANY_ATTEMPTS"

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many attempts: wait before you try again.", retryAfter=seconds)
        self.seconds = seconds
