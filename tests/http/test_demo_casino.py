"""What the demo's casino is made of: the shipped file, credits that become free spins, and demos without games."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from furlong.cli.processes.demo_greeting import casino_lines
from furlong.demo.casino.file import file_in, folder_in, lobby_in, seamless_in, shipped, write_file
from furlong.demo.casino.free_spins import STAKE, FreeSpins
from furlong.demo.casino.lobbies import SPINS_GROUP, SPINS_TAG
from furlong.demo.casino.lobbies import lobby_in as lobby_of
from furlong.demo.casino.running import running_casino
from furlong.demo.process import WORLD
from furlong.demo.ready_file import DemoCasino
from furlong.install.world import read_world
from simulator.casino.catalogue import Slot, load_catalogue
from simulator.casino.serve import CasinoSettings, ServedCasino, serving_casino
from simulator.providers.ledger import Ledger
from simulator.world import load_world
from subgraphs.kit.database_place import NOWHERE
from subgraphs.lobby.configuration import LobbySettings

URLS: Final = {"acorn": "http://127.0.0.1:8470", "bramble": "http://127.0.0.1:8471"}
NOW: Final = datetime(2026, 4, 6, 12, tzinfo=UTC)
SPUN: Final = [
    game.code
    for provider in load_catalogue().providers
    for game in provider.games
    if isinstance(game, Slot) and SPINS_TAG in game.tags
]
