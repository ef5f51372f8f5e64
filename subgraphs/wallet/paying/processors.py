"""Opens the processors of the file; what it does not name is not imported."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from foundation.late_imports import NotInstalled
from foundation.storage.clock import Clock
from subgraphs.kit.named_secrets import NamedSecrets
from subgraphs.wallet.paying.asking import OpenProcessor
from subgraphs.wallet.payments.configuration import (
    PaymentsError,
    PaymentsFile,
    PaymentsSettings,
    ProcessorConfig,
)

PAGE_SECONDS: Final = 3_600
"""How long a processor's page waits for a customer; Stripe's pages live for half an hour at least."""

DAY_SECONDS: Final = 86_400


def open_processors(
    file: PaymentsFile, settings: PaymentsSettings, clock: Clock
) -> Mapping[str, OpenProcessor]:
    """Return the processors, by name; nothing connects yet.

    Raises:
        PaymentsError: Options or secrets of one cannot be used, or its library is not installed.
    """
    opened: dict[str, OpenProcessor] = {}
    for config in file.processors:
        try:
            opened[config.name] = _OPENED[config.adapter](config, settings.named, clock)
        except (ValueError, NotInstalled) as why:
            raise PaymentsError(f"FURLONG_PAYMENTS_FILE: {config.name}: {why}") from why
    return opened


def _stripe(config: ProcessorConfig, secrets: NamedSecrets, clock: Clock) -> OpenProcessor:
    """Return an account at Stripe.

    Raises:
        ValueError: Options cannot be used, or this node has no key.
        NotInstalled: The SDK is not there.
    """
    from subgraphs.wallet.payments.stripe.adapter import StripeProcessor  # noqa: PLC0415 - only if it is named
    from subgraphs.wallet.payments.stripe.options import StripeOptions  # noqa: PLC0415

    options = msgspec.convert(config.options, StripeOptions)
    if secrets.find(options.key) is None:
        raise ValueError(f"it needs the secret {options.key!r}: {secrets.places}")
    processor = StripeProcessor(options, secrets.text, clock.now)
    return OpenProcessor(config.name, processor, PAGE_SECONDS, enabled=config.enabled)


def _bank(config: ProcessorConfig, secrets: NamedSecrets, clock: Clock) -> OpenProcessor:
    """Return an account at a bank, which needs no secret.

    Raises:
        ValueError: Options cannot be used.
        NotInstalled: What reads and writes messages is not there.
    """
    del secrets
    from subgraphs.wallet.payments.bank.options import BankOptions, require_lxml  # noqa: PLC0415 - the same

    require_lxml()
    from subgraphs.wallet.payments.bank.adapter import BankProcessor  # noqa: PLC0415 - the same
    from subgraphs.wallet.payments.bank.payees import BankPayees  # noqa: PLC0415 - the same

    options = msgspec.convert(config.options, BankOptions)
    bank = BankProcessor(options, clock.now)
    return OpenProcessor(
        config.name,
        bank,
        options.transfer_days * DAY_SECONDS,
        enabled=config.enabled,
        account=(options.holder, options.iban),
        bank=bank,
        payees=BankPayees(options.payees_url) if options.payees_url else None,
    )


_OPENED: Final[Mapping[str, Callable[[ProcessorConfig, NamedSecrets, Clock], Any]]] = {
    "stripe": _stripe,
    "bank": _bank,
}
