"""Checks of the file of payments as the wallet would use it: its form, secrets, addresses and folders."""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec

from foundation.storage.clock import SystemClock
from furlong.checks.finding import Check, CheckFailed
from furlong.checks.servers import HttpProbe
from subgraphs.wallet.paying.processors import open_processors
from subgraphs.wallet.payments.configuration import (
    PaymentsError,
    PaymentsFile,
    PaymentsSettings,
    ProcessorConfig,
)

FILE = "FURLONG_PAYMENTS_FILE"


def payment_checks(settings: PaymentsSettings | None, probe: HttpProbe) -> Iterator[Check]:
    """Yield a check of the file, if there is one, and of each processor in it."""
    if settings is None or settings.file is None:
        return
    try:
        file = settings.read()
    except PaymentsError as error:
        yield Check("payments", partial(_unreadable, str(error)))
        return
    yield Check("payments", partial(_described, settings.file, file))
    for config in file.processors:
        yield Check(f"payments at {config.name}", partial(_opened, config, settings, probe))


async def _unreadable(problem: str) -> str:
    raise CheckFailed(problem, f"correct {FILE}: the wallet does not start with it")


async def _described(path: Path, file: PaymentsFile) -> str:
    return f"{path} has the methods {', '.join(method.id for method in file.methods)}"


async def _opened(config: ProcessorConfig, settings: PaymentsSettings, probe: HttpProbe) -> str:
    """Check that a processor can be opened here, and that something answers, or files can be exchanged.

    Raises:
        CheckFailed: It cannot be used.
    """
    alone = PaymentsFile(processors=(config,), methods=())
    try:
        processors = open_processors(alone, settings, SystemClock())
    except PaymentsError as error:
        raise CheckFailed(
            str(error), f"correct {FILE}, or give this node what is missing: the wallet does not start"
        ) from error
    await processors[config.name].processor.close()
    if config.adapter == "bank":
        return await asyncio.to_thread(_folder, config)
    from subgraphs.wallet.payments.stripe.options import StripeOptions  # noqa: PLC0415 - only if it is named

    options = msgspec.convert(config.options, StripeOptions)
    return await probe.reachable(options.api_base, f"api_base of {config.name} in {FILE}")


def _folder(config: ProcessorConfig) -> str:
    """Check that the folder of a bank is there, with all of its parts.

    Raises:
        CheckFailed: It is not.
    """
    from subgraphs.wallet.payments.bank.folders import BankFolder, System  # noqa: PLC0415 - only if it is named
    from subgraphs.wallet.payments.bank.options import BankOptions  # noqa: PLC0415

    path = Path(msgspec.convert(config.options, BankOptions).folder)
    try:
        with BankFolder(path, System()).opened() as files:
            for part in files.folders:
                files.names(part)
    except OSError as error:
        missing = path if error.filename in {None, str(path)} else path / str(error.filename)
        raise CheckFailed(
            f"{missing}: {error.strerror}",
            "mount it, or make it as docs/payments.md says; without it nothing is sent",
        ) from error
    return f"{path} has all of its parts"
