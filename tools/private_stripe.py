"""Start programs that play Stripe, for tests: localstripe, which keeps what it is told, and stripe-mock.

stripe-mock is Stripe's own: it keeps nothing, and refuses requests that do not fit Stripe's schema.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.server_process import (
    ServerProcess,
    ServiceMissingError,
    accepts,
    free_port,
    start_process,
    wait_until_ready,
)

SERVICES: Final = Path(__file__).resolve().parent.parent / ".services"
LOCALSTRIPE: Final = SERVICES / "localstripe"
STRIPE_MOCK: Final = SERVICES / "stripe-mock"


@dataclass(frozen=True, slots=True)
class PlayedStripe:
    """A running server."""

    process: ServerProcess
    port: int

    @property
    def url(self) -> str:
        """Where its API is."""
        return f"http://127.0.0.1:{self.port}"


def localstripe_installed() -> bool:
    """Return whether this checkout has localstripe, in an environment of its own."""
    return (LOCALSTRIPE / "requirements.lock").is_file()


def stripe_mock_installed() -> bool:
    """Return whether this checkout has stripe-mock."""
    return (STRIPE_MOCK / "stripe-mock").is_file()


def start_localstripe(folder: Path) -> PlayedStripe:
    """Start localstripe on a free port, with nothing in it.

    It writes what it has to a file of a fixed name among the machine's temporary ones, and never reads it.

    Raises:
        ServiceMissingError: It is not installed.
        ServiceFailedError: It did not start.
    """
    if not localstripe_installed():
        raise ServiceMissingError("localstripe is not installed: run make services")
    port = free_port()
    words = [str(LOCALSTRIPE / "bin" / "python"), "-m", "localstripe", "--from-scratch", "--port", str(port)]
    return _started(words, folder / "localstripe.log", port)


def start_stripe_mock(folder: Path) -> PlayedStripe:
    """Start stripe-mock on a free port.

    Raises:
        ServiceMissingError: It is not installed.
        ServiceFailedError: It did not start.
    """
    if not stripe_mock_installed():
        raise ServiceMissingError("stripe-mock is not installed: run make services")
    port = free_port()
    # It also speaks HTTPS, by default at a port that another one may have.
    addresses = ["-http-addr", f"127.0.0.1:{port}", "-https-addr", f"127.0.0.1:{free_port()}"]
    words = [str(STRIPE_MOCK / "stripe-mock"), *addresses]
    return _started(words, folder / "stripe-mock.log", port)


def _started(words: list[str], log: Path, port: int) -> PlayedStripe:
    process = start_process(words, log.parent, log, tied=True)
    wait_until_ready(process, lambda: accepts(port))
    return PlayedStripe(process, port)
