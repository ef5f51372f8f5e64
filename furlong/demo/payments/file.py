"""The demo's file of payments: the one beside this module, with what is known only once the demo runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml
from msgspec import Struct
from pydantic import SecretStr

from simulator.payments.api import KEY
from simulator.payments.webhooks import SECRET
from subgraphs.wallet.payments.configuration import PaymentsSettings

BANK: Final = "bank-demo"
"""The bank in the file, and its folder."""

FOLDER: Final = "payments"
"""Of the data folder: the file, and what the played processors know."""

SHIPPED: Final = Path(__file__).with_name("payments.yaml")
SECRETS: Final = {"stripe-key": SecretStr(KEY), "stripe-webhook": SecretStr(SECRET)}
"""They guard nothing but what is played."""


class Account(Struct, frozen=True):
    """The account of the house at a played bank."""

    iban: str
    currency: str


def account_of(bank: str) -> Account:
    """Return the account that the shipped file names for a bank."""
    options = next(processor["options"] for processor in shipped()["processors"] if processor["name"] == bank)
    return Account(options["iban"], options["currency"])


def shipped() -> dict[str, Any]:
    """Return the file beside this module."""
    return dict(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")))


def folder_in(data: Path) -> Path:
    """Return where a data folder has what is of payments: an absolute path."""
    return data.absolute() / FOLDER


def file_in(data: Path) -> Path:
    """Return where a data folder has its file of payments."""
    return folder_in(data) / SHIPPED.name


def write_file(data: Path, options: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the file of payments into a data folder.

    Args:
        data: The data folder.
        options: What is added to the options of each processor, by its name: for example its address.
    """
    file = shipped()
    for processor in file["processors"]:
        processor["options"] |= options.get(processor["name"], {})
    path = file_in(data)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(file, sort_keys=False, allow_unicode=True), encoding="utf-8")


def payments_in(data: Path, url: str) -> PaymentsSettings:
    """Return the settings of the payments of a data folder, whose file the demo writes when it starts.

    Args:
        data: The data folder.
        url: The demo's page, to which processors send customers back.
    """
    return PaymentsSettings(file=file_in(data), secrets=SECRETS, secret_folder=None, back_url=f"{url}/")
