"""A provider of games acts for itself alone: its key has no session, bet, win, id or round of another."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from msgspec import json
from prometheus_client import CollectorRegistry, Counter
from sqlalchemy import update

from foundation.storage.clock import SystemClock
from foundation.storage.database import Database
from foundation.storage.settings import DatabaseSettings
from subgraphs.kit.domain.keys import Owner
from subgraphs.kit.hub88_signatures import HEADER, Signer, Verifier
from subgraphs.wallet.aggregator.app import LABELS, seamless_app
from subgraphs.wallet.aggregator.operator import Operator
from subgraphs.wallet.aggregator.providers import GameProviders
from subgraphs.wallet.models import METADATA, SEAMLESS
from subgraphs.wallet.opened import OpenedWallet
from subgraphs.wallet.seamless.messages import BALANCE, BET, MAX_BODY_BYTES, ROLLBACK, USER_INFO, WIN, units
from tests.subgraphs.wallet.seamless.test_signatures import new_pair
from tests.support.database_probe import migrate
from tests.support.wallet.money_clients import BRAND, CASH, CURRENCY, MoneyClients

ANN: Final = Owner(BRAND, "ann1")
POUND: Final = 100_000
START: Final = units(CASH, CURRENCY)
ACORN, BRAMBLE = "acorn", "bramble"
UNKNOWN_BET: Final = "RS_ERROR_TRANSACTION_DOES_NOT_EXIST"


@dataclass
class Floor:
    """Two providers of games at one wallet, with a session of a customer at each.

    Attributes:
        tokens: The session's at each provider.
    """

    client: httpx.AsyncClient
    signers: dict[str, Signer]
    wallet: OpenedWallet
    tokens: dict[str, str]
    registry: CollectorRegistry
    numbers: "count[int]"

    async def ask(self, provider: str, path: str, **members: Any) -> dict[str, Any]:
        """Return the answer to what a provider signs."""
        body = json.encode({"user": ANN.customer, "request_uuid": f"r{next(self.numbers)}", **members})
        headers = {HEADER: self.signers[provider].sign(body)}
        answer: dict[str, Any] = (await self.client.post(path, content=body, headers=headers)).json()
        return answer

    async def bet(self, provider: str, uuid: str, **members: Any) -> str:
        """Return what becomes of a provider's bet of a pound."""
        given = {"token": self.tokens[provider], "currency": CURRENCY, "round": "1", "game_code": "g"}
        answer = await self.ask(
            provider, BET, **{"transaction_uuid": uuid, "amount": POUND, **given, **members}
        )
        return str(answer["status"])

    async def win(self, provider: str, uuid: str, of: str, **members: Any) -> str:
        """Return what becomes of a provider's win of two pounds."""
        given = {"token": self.tokens[provider], "currency": CURRENCY, "round": "1", "game_code": "g"}
        named = {"transaction_uuid": uuid, "reference_transaction_uuid": of, "amount": 2 * POUND}
        return str((await self.ask(provider, WIN, **named, **given | members))["status"])

    async def roll_back(self, provider: str, uuid: str, of: str, **members: Any) -> str:
        """Return what becomes of a provider's rollback."""
        given = {"token": self.tokens[provider], "round": "1", "game_code": "g"}
        named = {"transaction_uuid": uuid, "reference_transaction_uuid": of}
        return str((await self.ask(provider, ROLLBACK, **named, **given | members))["status"])

    async def has(self) -> int:
        """Return what the customer has, in 1/100,000."""
        return int((await self.ask(ACORN, BALANCE, token=self.tokens[ACORN]))["balance"])

    async def forget_whose(self) -> None:
        """Let all that is stored be of the time before keys had names."""
        async with self.wallet.database.write() as connection:
            for table in (SEAMLESS.transaction, SEAMLESS.session):
                await connection.execute(update(table).values(provider=""))


@pytest.fixture
async def floor(tmp_path: Path, processes: None) -> AsyncIterator[Floor]:
    """Two providers, each with a key and a session of its own."""
    del processes
    settings = DatabaseSettings(url=f"sqlite+aiosqlite:///{tmp_path}")
    await migrate(settings, "wallet", METADATA)
    wallet = OpenedWallet.of(Database.open(settings, "wallet"), SystemClock())
    await MoneyClients([ANN]).begin(wallet)
    operator = Operator.of(wallet, {"": BRAND})
    pairs = {name: new_pair(tmp_path, name) for name in (ACORN, BRAMBLE)}
    registry = CollectorRegistry()
    answers = Counter("answers", "Answers", LABELS, registry=registry)
    providers = GameProviders.of({name: [public] for name, (_, public) in pairs.items()}, {})
    app = seamless_app(operator, providers, Signer(new_pair(tmp_path, "ours")[0]), answers)
    hour = timedelta(hours=1)
    sessions = operator.sessions
    tokens = {name: await sessions.open_session(ANN, CURRENCY, "g", hour, name) for name in pairs}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://wallet") as client:
        signers = {name: Signer(private) for name, (private, _) in pairs.items()}
        yield Floor(client, signers, wallet, tokens, registry, count())
    await wallet.close()


async def test_no_bet_is_made_in_the_session_of_another_provider(floor: Floor) -> None:
    """Nor is a balance read with its token."""
    theirs = floor.tokens[ACORN]
    assert await floor.bet(BRAMBLE, "b", token=theirs) == "RS_ERROR_INVALID_TOKEN"
    prize = {"amount": 0, "is_supplier_promo": True}
    assert await floor.bet(BRAMBLE, "p", token=theirs, **prize) == "RS_ERROR_INVALID_TOKEN"
    assert (await floor.ask(BRAMBLE, BALANCE, token=theirs))["status"] == "RS_ERROR_INVALID_TOKEN"
    assert await floor.has() == START


async def test_no_win_is_paid_of_the_bet_of_another_provider(floor: Floor) -> None:
    """Whichever token comes with it; the provider's own win of it is paid afterwards."""
    assert await floor.bet(ACORN, "b") == "RS_OK"
    for token in floor.tokens.values():
        assert await floor.win(BRAMBLE, "w", "b", token=token) == UNKNOWN_BET
    assert await floor.has() == START - POUND
    assert await floor.win(ACORN, "w", "b") == "RS_OK"
    assert await floor.has() == START + POUND


async def test_no_provider_takes_back_what_another_one_did(floor: Floor) -> None:
    """Neither a bet nor a win, nor one that has not come yet: a rollback names what is the provider's own."""
    assert await floor.roll_back(BRAMBLE, "x0", "later") == "RS_OK"
    assert await floor.bet(ACORN, "later") == "RS_OK"
    assert await floor.bet(ACORN, "b") == "RS_OK"
    assert await floor.win(ACORN, "w", "b") == "RS_OK"
    for number, of in enumerate(("b", "w")):
        for token in floor.tokens.values():
            assert await floor.roll_back(BRAMBLE, f"x{number + 1}", of, token=token) == "RS_OK"
    assert await floor.has() == START


async def test_each_provider_has_ids_of_its_own(floor: Floor) -> None:
    """The same id is a transaction of each, which is repeated, won and rolled back for itself."""
    for provider in (ACORN, BRAMBLE, ACORN, BRAMBLE):
        assert await floor.bet(provider, "b") == "RS_OK"
    assert await floor.has() == START - 2 * POUND
    for provider in (BRAMBLE, ACORN, BRAMBLE):
        assert await floor.win(provider, "w", "b") == "RS_OK"
    assert await floor.has() == START + 2 * POUND
    assert await floor.roll_back(BRAMBLE, "x", "w") == "RS_OK"
    assert await floor.has() == START
    assert await floor.roll_back(ACORN, "x", "b") == "RS_OK"
    assert await floor.has() == START + POUND


@pytest.mark.parametrize("uuid", ["#acorn:b", f"#acorn:{'b' * 57}"])
async def test_no_provider_occupies_the_ids_of_another(floor: Floor, uuid: str) -> None:
    """An id that looks like one that the wallet has made for another provider is the caller's own."""
    assert await floor.bet(BRAMBLE, uuid) == "RS_OK"
    assert await floor.bet(BRAMBLE, "b") == "RS_OK"
    assert await floor.bet(ACORN, "b") == "RS_OK"
    assert await floor.win(ACORN, "w", "b") == "RS_OK"
    assert await floor.has() == START - POUND


async def test_no_provider_closes_the_round_of_another(floor: Floor) -> None:
    """A round of the same name and game is another one."""
    assert await floor.bet(BRAMBLE, "b", round_closed=True) == "RS_OK"
    assert await floor.bet(ACORN, "c") == "RS_OK"


@pytest.mark.parametrize("made", [BET, WIN])
async def test_what_was_signed_for_one_operation_is_no_other(floor: Floor, made: str) -> None:
    """The body of a bet or a win, sent again to another address with its signature, does nothing there."""
    assert await floor.bet(ACORN, "b") == "RS_OK"
    own = {"transaction_uuid": "w", "token": floor.tokens[ACORN], "amount": POUND, "currency": CURRENCY}
    if made == WIN:
        own["reference_transaction_uuid"] = "b"
    for path in (BALANCE, USER_INFO, BET, WIN, ROLLBACK):
        if path != made:
            assert (await floor.ask(ACORN, path, **own))["status"] == "RS_ERROR_WRONG_SYNTAX"
    assert await floor.has() == START - POUND


async def test_a_rollback_is_neither_a_bet_nor_a_question(floor: Floor) -> None:
    """Its body at another address does nothing there."""
    own = {"transaction_uuid": "x", "reference_transaction_uuid": "b", "token": floor.tokens[ACORN]}
    for path in (BALANCE, USER_INFO, BET, WIN):
        assert (await floor.ask(ACORN, path, **own))["status"] == "RS_ERROR_WRONG_SYNTAX"


async def test_unsigned_requests_get_no_signed_answer(floor: Floor) -> None:
    """Nobody has anything signed by us whose content they chose."""
    body = json.encode({"request_uuid": "what I want signed", "user": ANN.customer})
    signatures: tuple[dict[str, str], ...] = (
        {},
        {HEADER: "AAAA"},
        {HEADER: floor.signers[ACORN].sign(body + b" ")},
    )
    for headers in signatures:
        answer = await floor.client.post(USER_INFO, content=body, headers=headers)
        assert answer.json()["status"] == "RS_ERROR_INVALID_SIGNATURE"
        assert HEADER not in answer.headers
    long = await floor.client.post(BET, content=b"x" * (MAX_BODY_BYTES + 1))
    assert HEADER not in long.headers


async def test_what_was_stored_before_keys_had_names_is_of_who_brings_its_token(floor: Floor) -> None:
    """Its wins are paid and its bets rolled back for the provider of its session, and for no other one."""
    assert await floor.bet(ACORN, "b") == "RS_OK"
    assert await floor.bet(ACORN, "c") == "RS_OK"
    await floor.forget_whose()
    assert await floor.win(BRAMBLE, "w", "b") == UNKNOWN_BET
    assert await floor.roll_back(BRAMBLE, "x", "c") == "RS_OK"
    assert await floor.has() == START - 2 * POUND
    assert await floor.bet(ACORN, "b") == "RS_OK"
    assert await floor.win(ACORN, "w", "b") == "RS_OK"
    assert await floor.roll_back(ACORN, "x", "c") == "RS_OK"
    assert await floor.bet(BRAMBLE, "b") == "RS_OK"
    assert await floor.has() == START


async def test_answers_are_counted_by_provider(floor: Floor) -> None:
    """What no provider has signed is counted without one."""
    await floor.bet(BRAMBLE, "b")
    await floor.client.post(BET, content=b"{}")
    labels = {"path": BET, "status": "RS_OK"}
    assert floor.registry.get_sample_value("answers_total", labels | {"provider": BRAMBLE}) == 1
    labels["status"] = "RS_ERROR_INVALID_SIGNATURE"
    assert floor.registry.get_sample_value("answers_total", labels | {"provider": ""}) == 1


def who_signs(providers: GameProviders, private: Path) -> str | None:
    """Return whose key a private key is."""
    return providers.who(b"body", Signer(private).sign(b"body"))


@pytest.mark.usefixtures("processes")
def test_keys_without_names_get_them_from_the_lobby(tmp_path: Path) -> None:
    """The only provider's, or that of whom the lobby knows the key; without a lobby there is none."""
    pairs = {name: new_pair(tmp_path, name) for name in (ACORN, BRAMBLE)}
    files: list[Path] = [public for _, public in pairs.values()]
    lobby: dict[str, Path | None] = dict(zip(pairs, files, strict=True))
    for name, (private, _) in pairs.items():
        assert who_signs(GameProviders.of(files, {}), private) == ""
        assert who_signs(GameProviders.of(files, {"hub": None}), private) == "hub"
        assert who_signs(GameProviders.of(files, lobby), private) == name


@pytest.mark.usefixtures("processes")
def test_keys_of_which_nothing_says_whose_they_are_are_not_used(tmp_path: Path) -> None:
    """Of several providers: a key of neither, a key of both, and a name that the lobby does not have."""
    acorns, brambles = (new_pair(tmp_path, name)[1] for name in (ACORN, BRAMBLE))
    lobby = {ACORN: acorns, BRAMBLE: None}
    with pytest.raises(ValueError, match=r'signs with .*bramble.* as in \{"acorn": \["'):
        GameProviders.of([acorns, brambles], lobby)
    with pytest.raises(ValueError, match="signs with"):
        GameProviders.of([acorns], {ACORN: acorns, BRAMBLE: acorns})
    with pytest.raises(ValueError, match="acorn and bramble have the same key"):
        GameProviders.of({ACORN: [acorns], BRAMBLE: [brambles, acorns]}, lobby)
    with pytest.raises(ValueError, match="has no provider 'hub'"):
        GameProviders.of({"hub": [brambles]}, lobby)


@pytest.mark.usefixtures("processes")
def test_a_key_that_two_providers_have_got_meanwhile_is_nobodys(tmp_path: Path) -> None:
    """Files are read again when they change: what both may have signed neither has."""
    private, public = new_pair(tmp_path, ACORN)
    verifier = Verifier([public])
    assert who_signs(GameProviders({ACORN: verifier}), private) == ACORN
    assert who_signs(GameProviders({ACORN: verifier, BRAMBLE: verifier}), private) is None
