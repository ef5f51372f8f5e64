"""The check of the keys of providers of games: whose each is, as `furlong seamless serve` would say."""

from collections.abc import Iterator
from functools import partial

from furlong.checks.files import in_thread
from furlong.checks.finding import Check, CheckFailed
from subgraphs.lobby.configuration import LobbyError, LobbySettings
from subgraphs.wallet.aggregator.providers import SETTING, GameProviders
from subgraphs.wallet.aggregator.settings import SeamlessSettings


def game_key_checks(seamless: SeamlessSettings | None, lobby: LobbySettings | None) -> Iterator[Check]:
    """Yield a check of the keys, if there are some."""
    if seamless is not None and lobby is not None and seamless.public_key_files:
        yield Check("keys of providers of games", in_thread(partial(_whose, seamless, lobby)))


def _whose(seamless: SeamlessSettings, lobby: LobbySettings) -> str:
    """Say whose the keys are.

    Raises:
        CheckFailed: It cannot be told, or a file cannot be used.
    """
    try:
        known = {name: config.public_key_file for name, config in lobby.read().by_name.items()}
        names = GameProviders.of(seamless.public_key_files, known).by_name
    except (OSError, ValueError, LobbyError) as error:
        says = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
        raise CheckFailed(says, f"correct {SETTING}: games cannot be served with it") from error
    return f"each is of one of {', '.join(name or 'the only one' for name in names)}"
