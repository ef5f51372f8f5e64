"""Programs that play Stripe, and a server that says what a test wants."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.subgraphs.wallet.payments.stripe.scripted_stripe import ScriptedStripe
from tools.private_stripe import PlayedStripe, start_localstripe, start_stripe_mock


@pytest.fixture(scope="session")
def localstripe(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayedStripe]:
    """A localstripe for the session, with what earlier tests have left in it."""
    server = start_localstripe(tmp_path_factory.mktemp("localstripe"))
    yield server
    server.process.stop()


@pytest.fixture(scope="session")
def stripe_mock(processes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlayedStripe]:
    """A stripe-mock for the session."""
    server = start_stripe_mock(tmp_path_factory.mktemp("stripe-mock"))
    yield server
    server.process.stop()


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedStripe]:
    """A server on the loopback whose answers the test gives."""
    server = ScriptedStripe()
    await server.start()
    yield server
    await server.stop()
