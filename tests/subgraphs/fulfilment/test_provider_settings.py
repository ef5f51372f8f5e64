"""Providers are configured in a file, and an error message names what is wrong in it."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from foundation.storage.clock import SystemClock
from subgraphs.fulfilment.errors import ProviderConfigError
from subgraphs.fulfilment.providers.registry import ProviderRegistry
from subgraphs.fulfilment.providers.settings import FulfilmentSettings
from subgraphs.fulfilment.state.reward import Credit, Reward
from subgraphs.kit.mutations.circuit_breaker import Breaker
from tests.support.fulfilment.payout_harness import FREE_BET, club_of, key_of

GOOD = """
providers:
  - {name: book, adapter: sportsbook, url: "http://b", secret: book, kinds: [free_bet], brands: [northbet]}
  - {name: anybody, adapter: sportsbook, url: "http://a.test", secret: any, kinds: [free_bet, bet_boost]}
"""
SECRETS = {"book": SecretStr("a"), "any": SecretStr("b")}


def written(folder: Path, text: str) -> FulfilmentSettings:
    """Return settings with a providers' file."""
    file = folder / "providers.yaml"
    file.write_text(text)
    return FulfilmentSettings(providers=file, secrets=SECRETS)


def credit(kind: str, brand: str = "northbet") -> Credit:
    """Return a credit of a kind."""
    reward = Reward(**(FREE_BET | {"kind": kind}))
    return Credit(key_of("c-1"), club_of("c-1")._replace(brand=brand), reward)


async def test_the_first_provider_that_pays_a_reward_is_asked(tmp_path: Path) -> None:
    """The first provider in the file that serves brand and kind is asked."""
    settings = written(tmp_path, GOOD)
    registry = ProviderRegistry.of(settings.list_providers(), settings, SystemClock())
    wanted = [credit("free_bet"), credit("free_bet", "lagunabet"), credit("bet_boost"), credit("cash")]
    payers = [registry.provider_for(one) for one in wanted]
    assert [payer and payer.config.name for payer in payers] == ["book", "anybody", "anybody", None]
    await registry.close()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("providers: [{name: x}]", "adapter"),
        ("providers: [", "providers.yaml"),
        (GOOD.replace("secret: any", "secret: lost"), "lost"),
        (GOOD.replace("name: anybody", "name: book"), "same name"),
        (GOOD.replace("kinds: [free_bet]", "kinds: [pony]"), "kinds"),
        (GOOD.replace("kinds: [free_bet]", "kinds: [free_bet], timeout_seconds: 20"), "LEASE_SECONDS"),
        (GOOD.replace("kinds: [free_bet]", "kinds: [free_bet], colour: red"), "colour"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, word: str) -> None:
    """The message names what has to be corrected."""
    with pytest.raises(ProviderConfigError, match=word):
        written(tmp_path, text).read_providers()


def test_without_a_file_there_are_no_providers() -> None:
    """Without a file there are no providers, and rewards wait."""
    assert FulfilmentSettings().read_providers() == ()


def test_a_breaker_opens_after_failures_in_a_row_and_tries_one_call() -> None:
    """An open breaker admits nothing; after its rest it admits one call, and after an answer all calls."""
    now = 0.0
    breaker = Breaker(failures=2, rest_seconds=10, monotonic=lambda: now)
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert breaker.admits()
    breaker.failed()
    assert (breaker.admits(), breaker.room(8)) == (False, 0)
    now = 12.1
    assert breaker.room(8) == 1
    assert [breaker.admits(), breaker.admits()] == [True, False]
    breaker.succeeded()
    assert (breaker.admits(), breaker.room(8)) == (True, 8)
