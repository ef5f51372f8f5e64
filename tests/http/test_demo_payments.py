"""What the demo's payments are made of: the shipped file, kept ports, and demos that have none."""

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from furlong.cli.processes.demo_greeting import payments_lines
from furlong.demo.kept_ports import KeptPorts
from furlong.demo.payments.file import BANK, SHIPPED, file_in, folder_in, payments_in, write_file
from furlong.demo.payments.running import CARDS, running_payments
from furlong.demo.process import WORLD
from furlong.demo.ready_file import DemoPayments
from furlong.install.world import read_world
from subgraphs.wallet.payments.configuration import PaymentsFile, PaymentsSettings
from subgraphs.wallet.payments.payment import Direction

URL = "http://127.0.0.1:8000"
PROCESSOR = "http://127.0.0.1:8460"


def test_every_customer_of_the_demos_world_can_pay_in_and_out() -> None:
    """In the currency of each brand, and without a fee."""
    file = PaymentsFile.model_validate(yaml.safe_load(SHIPPED.read_text()))
    for brand in read_world(WORLD).brands:
        for scheme in brand.schemes:
            for direction in Direction:
                offered = list(file.offered(direction, brand.id, scheme.jurisdiction, scheme.currency))
                amounts = [method.amounts[scheme.currency] for method in offered]
                assert {(amount.fee, amount.fee_permille) for amount in amounts} == {(0, 0)}
        assert brand.default_currency in file.review.above


def test_the_file_in_the_data_folder_says_where_the_processor_is(tmp_path: Path) -> None:
    """Its settings have the secrets, and the page to which customers come back."""
    folder = folder_in(tmp_path) / BANK
    write_file(tmp_path, {CARDS: {"api_base": PROCESSOR}, BANK: {"folder": str(folder)}})
    settings = payments_in(tmp_path, URL)
    assert settings.back_url == f"{URL}/"
    processor, bank = settings.read().processors
    assert (bank.name, bank.options["folder"]) == (BANK, str(folder))
    assert (processor.name, processor.options["api_base"]) == (CARDS, PROCESSOR)
    names = [processor.options["key"], *processor.options["webhook_secrets"]]
    assert all(settings.named.find(name) for name in names)


def test_ports_stay_the_same_unless_they_are_taken(tmp_path: Path) -> None:
    """A page that a customer has open keeps its address over a restart."""
    ports = KeptPorts(tmp_path / "payments" / "ports.json")
    assert ports.of("webhooks") == 0
    with ports.listen("webhooks") as listener:
        first = listener.getsockname()[1]
        ports.keep("processor", PROCESSOR)
    with ports.listen("webhooks") as again:
        assert again.getsockname()[1] == first
        with ports.listen("webhooks") as other:
            assert other.getsockname()[1] not in {0, first}
            assert ports.of("webhooks") == other.getsockname()[1]
    assert ports.of("processor") == 8460


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("cells", "off with --cells: a processor knows one address for its webhooks"),
        ("stripe", "pip install 'furlong[payments]'"),
        ("lxml", "pip install 'furlong[payments]'"),
        ("file", "those of FURLONG_PAYMENTS_FILE"),
    ],
)
async def test_a_demo_that_plays_no_payments_says_why(
    why: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It starts all the same; nothing is written, and the environment has its say."""
    if why in {"stripe", "lxml"}:
        monkeypatch.setitem(sys.modules, why, None)
    if why == "file":
        monkeypatch.setenv("FURLONG_PAYMENTS_FILE", "elsewhere.yaml")
    wallets: list[Any] = [None] * (2 if why == "cells" else 1)
    async with running_payments(wallets, tmp_path, URL) as payments:
        [line] = payments_lines(payments.facts)
        assert line.startswith("    Payments     ")
        assert words in line
        assert payments.given.of(PaymentsSettings) == PaymentsSettings()
    assert not file_in(tmp_path).exists()


def test_the_demo_says_where_its_payments_are() -> None:
    """By a link that can be followed; the file of an older demo says nothing."""
    facts = DemoPayments(
        processor=PROCESSOR,
        control="http://127.0.0.1:8461",
        webhooks=f"{URL}/webhooks",
        bank="http://127.0.0.1:8463",
    )
    assert payments_lines(facts) == [
        "    Payments     http://127.0.0.1:8461/state   (simulated, with test cards; its books)",
        "    Bank         http://127.0.0.1:8463/state   (simulated, by files; POST /days ends its day)",
    ]
    assert payments_lines(None) == []
