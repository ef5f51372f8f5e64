"""The demo's file of the lobby: the one beside this module, with what is known only once the demo runs."""

from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from simulator.casino.keys import OPERATOR, public_file
from subgraphs.lobby.configuration import LobbySettings
from subgraphs.wallet.aggregator.settings import SeamlessSettings

FOLDER: Final = "casino"
"""Of the data folder: the file, the keys, and what the played providers know."""

SHIPPED: Final = Path(__file__).with_name("lobby.yaml")
LIST_SECONDS: Final = 60.0
"""How often providers are asked for their games: a game that is switched off is soon gone."""

RETRY_SECONDS: Final = 2.0


def shipped() -> dict[str, Any]:
    """Return the file beside this module."""
    return dict(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")))


def folder_in(data: Path) -> Path:
    """Return where a data folder has what is of the casino: an absolute path."""
    return data.absolute() / FOLDER


def file_in(data: Path) -> Path:
    """Return where a data folder has its file of the lobby."""
    return folder_in(data) / SHIPPED.name


def write_file(data: Path, urls: Mapping[str, str]) -> None:
    """Write the file of the lobby into a data folder.

    Args:
        data: The data folder.
        urls: Where each provider is, and serves its games.
    """
    file, folder = shipped(), folder_in(data)
    for provider in file["providers"]:
        url = urls[provider["name"]]
        provider |= {
            "url": url,
            "frame_origins": [url],
            "private_key_file": str(folder / OPERATOR),
            "public_key_file": str(public_file(folder, provider["name"])),
        }
    path = file_in(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(file, sort_keys=False, allow_unicode=True), encoding="utf-8")


def lobby_in(data: Path) -> LobbySettings:
    """Return the settings of the lobby of a data folder, whose file the demo writes when it starts."""
    return LobbySettings(file=file_in(data), list_seconds=LIST_SECONDS, retry_seconds=RETRY_SECONDS)


def partners_of(brand: str) -> set[str]:
    """Return the names that providers have for a brand."""
    return {provider["partner_ids"][brand] for provider in shipped()["providers"]}


def seamless_in(data: Path, names: Iterable[str], elsewhere: Container[str] = ()) -> SeamlessSettings:
    """Return the settings by which providers reach customers' money.

    Args:
        data: The data folder, which has the keys.
        names: The providers' names.
        elsewhere: The providers' names of brands whose money somebody else keeps.
    """
    folder = folder_in(data)
    partners = {
        partner: brand
        for provider in shipped()["providers"]
        for brand, partner in provider["partner_ids"].items()
        if partner not in elsewhere
    }
    return SeamlessSettings(
        private_key_file=folder / OPERATOR,
        public_key_files={name: [public_file(folder, name)] for name in names},
        brands=partners,
    )
