"""A brand's server hands over its customers' sessions at its own wallet: the newest counts."""

from pathlib import Path

import pytest

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import CellSettings, DatabaseSettings
from furlong.databases import upgrade_databases
from furlong.embedding.refusals import Refused
from furlong.embedding.wallet_sessions import WalletSessions
from subgraphs.kit.domain.keys import Owner
from subgraphs.wallet.models import OPERATORS
from subgraphs.wallet.seamless.bets import MAX_TOKEN_LENGTH
from subgraphs.wallet.seamless.operator_sessions import OperatorSessions

ANN = Owner("southbet", "c-1")


def sessions_at(folder: Path, cell: CellSettings | None = None) -> WalletSessions:
    """Return what takes sessions of one brand, with a database in a folder."""
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{folder}")
    if cell is not None:
        settings = settings.model_copy(update={"cell": cell})
    return WalletSessions(settings, SystemClock(), {ANN.brand})


async def refusal(sessions: WalletSessions, owner: Owner, token: str) -> tuple[int, str]:
    """Return with which status and code a token is not taken."""
    with pytest.raises(Refused) as refused:
        await sessions.note(owner, token)
    await sessions.close()
    return refused.value.status, refused.value.code


async def test_the_newest_session_counts(tmp_path: Path) -> None:
    """What moves money reads it, each customer's for itself."""
    sessions = sessions_at(tmp_path)
    await upgrade_databases(sessions.settings)
    for token in ("t-1", "t-2"):
        await sessions.note(ANN, token)
    database = Database.open(sessions.settings, "wallet")
    kept = OperatorSessions(database, OPERATORS.session, SystemClock())
    assert await kept.token(ANN) == "t-2"
    assert await kept.token(Owner(ANN.brand, "c-2")) is None
    await database.close()
    for wrong in ("", "t\n", "t" * (MAX_TOKEN_LENGTH + 1)):
        assert await refusal(sessions, ANN, wrong) == (422, "INVALID_REQUEST")


async def test_a_brand_whose_money_is_ours_has_no_such_sessions(tmp_path: Path) -> None:
    """Whoever sends one has set up something else than was meant."""
    assert await refusal(sessions_at(tmp_path), Owner("northbet", "c-1"), "t") == (422, "NO_OPERATOR_WALLET")


async def test_a_customer_of_another_cell_is_not_noted_here(tmp_path: Path) -> None:
    """The bets of that customer would never find it."""
    codes = []
    for partitions in ("0-1", "2-3"):
        cell = CellSettings(cell="c1", cell_partitions=partitions, cell_of=4)
        codes.append(await refusal(sessions_at(tmp_path, cell), ANN, ""))
    assert sorted(codes) == [(421, "OTHER_CELL"), (422, "INVALID_REQUEST")]


async def test_a_session_that_cannot_be_kept_is_to_be_sent_again(tmp_path: Path) -> None:
    """The database is not there: who is answered with a session would think that bets go."""
    assert await refusal(sessions_at(tmp_path / "nowhere"), ANN, "t") == (503, "WALLET_UNAVAILABLE")
