"""From where the page may frame games: the origins of all providers of the lobby, and no other."""

from subgraphs.block_list import BY_NAME
from subgraphs.kit.given_settings import GivenSettings


def game_origins(given: GivenSettings) -> tuple[str, ...]:
    """Return the origins of games; none without a lobby, or without providers.

    Raises:
        LobbyError: The file of the lobby cannot be used.
    """
    if "lobby" not in BY_NAME:
        return ()
    from subgraphs.lobby.configuration import LobbySettings  # noqa: PLC0415 - only where there is a lobby

    providers = given.of(LobbySettings).read().providers
    return tuple(sorted({origin for provider in providers for origin in provider.frame_origins}))
