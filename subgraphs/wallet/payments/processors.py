"""Opens the processors of the file; what it does not name is not imported."""

from collections.abc import Mapping
from typing import Final

from foundation.storage.clock import Clock
from subgraphs.wallet.payments.asking import OpenProcessor
from subgraphs.wallet.payments.methods.configuration import PaymentsError, PaymentsFile, PaymentsSettings

PAGE_SECONDS: Final = 3_600
"""How long a processor's page waits for a customer; Stripe's pages live for half an hour at least."""


def open_processors(
    file: PaymentsFile, settings: PaymentsSettings, clock: Clock
) -> Mapping[str, OpenProcessor]:
    """Return the processors, by name; nothing connects yet.

    Raises:
        PaymentsError: Options or secrets of one cannot be used.
    """
    del settings, clock
    for config in file.processors:
        raise PaymentsError(f"{config.name}: no adapter {config.adapter!r}")
    return {}
