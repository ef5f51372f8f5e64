"""Amounts of money as commands take them: with all decimals of the currency, so 500 is not five pounds."""

from __future__ import annotations

import re

import typer


def minor_of(typed: str, currency: str, name: str) -> int:
    """Return an amount such as `5.00` in minor units; it may be negative.

    Args:
        typed: With as many decimals as the currency has: `5.00` in GBP, `5` in JPY, `5.000` in KWD.
        currency: The ISO 4217 code.
        name: The argument, for the message.

    Raises:
        typer.BadParameter: It has another form.
    """
    from subgraphs.kit.domain.currencies import minor_digits

    digits = minor_digits(currency)
    form = rf"-?[0-9]+\.[0-9]{{{digits}}}" if digits else "-?[0-9]+"
    if re.fullmatch(form, typed.strip()) is None:
        example = f"5.{'0' * digits}" if digits else "5"
        raise typer.BadParameter(
            f"write the amount in {currency} as {example}, not {typed!r}", param_hint=name
        )
    return int(typed.replace(".", ""))
