"""Which processors a payment may use, in which order, and why: sentences that support can read."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from subgraphs.wallet.payments.configuration import MethodConfig


class Chosen(NamedTuple):
    """Processors in the order in which they are asked, and a sentence for each that was looked at."""

    routes: tuple[str, ...]
    choices: tuple[str, ...]


def choose(
    method: MethodConfig, country: str, amount: int, *, enabled: Iterable[str], down: Mapping[str, str]
) -> Chosen:
    """Return the routes of a payment.

    One that does not answer is asked after all others: it may be back by then.

    Args:
        method: What the customer chose.
        country: Where they are.
        amount: In minor units.
        enabled: The processors at which payments may begin.
        down: Why processors are thought not to answer now.
    """
    ready: list[str] = []
    late: list[str] = []
    choices: list[str] = []
    begins = frozenset(enabled)
    for route in method.routes:
        name = route.processor
        if name not in begins:
            choices.append(f"{name}: no, it is switched off")
        elif route.countries and country not in route.countries:
            choices.append(f"{name}: no, it is not for {country}")
        elif amount > route.maximum:
            choices.append(f"{name}: no, the amount is above {route.maximum}")
        elif name in down:
            late.append(name)
            choices.append(f"{name}: only after the others, {down[name]}")
        else:
            ready.append(name)
            choices.append(f"{name}: yes, as number {len(ready)} for {method.id}")
    return Chosen((*ready, *late), tuple(choices))
