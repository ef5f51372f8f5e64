"""What `furlong demo` says once it runs: where everything is, and what to try."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from furlong.demo.process import DemoOptions
    from furlong.demo.ready_file import DemoCasino, DemoFacts, DemoOperator, DemoPayments


def greeting_of_mock(facts: DemoFacts, ready_file: Path) -> str:
    """Return what the demo of mocked answers says."""
    from furlong.serve.page import has_documentation

    return "\n".join(
        [
            "",
            "  Furlong is ready, with mocked answers: nothing is stored.",
            "",
            f"    Bet-slip     {facts.url}/",
            f"    GraphiQL     {facts.graphql}",
            f"    Gallery      {facts.url}/gallery   (every screen of the widget)",
            *docs_lines(facts, is_built=has_documentation()),
            "",
            f"  A customer for each state, with a token, is in {ready_file}. Ctrl-C stops the demo.",
            "",
        ]
    )


def greeting(facts: DemoFacts, options: DemoOptions) -> str:
    """Return what the demo says."""
    from furlong.serve.page import has_documentation

    return "\n".join(
        [
            "",
            "  Furlong is ready.",
            "",
            f"    Bet-slip     {facts.url}/",
            f"    GraphiQL     {facts.graphql}",
            f"    Gallery      {facts.url}/gallery   (every screen of the widget)",
            *_backoffice(facts),
            *docs_lines(facts, is_built=has_documentation()),
            *_internal_graph(facts),
            *_brand_sites(facts),
            *_cells(facts),
            *operator_lines(facts.operator),
            *payments_lines(facts.payments),
            *casino_lines(facts.casino),
            _analytics(options),
            f"    Kafka        {facts.kafka}   (embedded)",
            f"    Upstream     {facts.upstream}   (simulated; its API: /docs)",
            "",
            *[
                f"  SCENARIO {scenario.name}: {scenario.says} Customer {scenario.customer.id}."
                for scenario in options.scenarios
            ],
            *_way(facts, options),
            *_rehearsal(facts),
            f"  Customers and their tokens are in {options.ready_file}. Ctrl-C stops the demo.",
            "",
        ]
    )


def docs_lines(facts: DemoFacts, *, is_built: bool) -> list[str]:
    """Return the line that says where the documentation is, or how to build it; none where there is none."""
    if not facts.docs:
        return []
    if is_built:
        return [f"    Docs         {facts.docs}"]
    return [f"    Docs         not built; make docs builds it   (a minute or two; then at {facts.docs})"]


def _way(facts: DemoFacts, options: DemoOptions) -> list[str]:
    """Return what the way of running it shows, and where; nothing of the way that needs no scenario."""
    from furlong.demo.ways import Way

    if facts.operator is None:
        return []
    sites = [brand.site for brand in facts.brands if brand.brand == facts.operator.brand]
    where = [f"  Open {site}/play" for site in sites if options.way is Way.FRAMES]
    return [f"  SCENARIO {options.way}: {options.way.says}", *where, ""]


def _backoffice(facts: DemoFacts) -> list[str]:
    """Return the line that says where the back office is."""
    if facts.backoffice is None:
        return []
    return [f"    Back office  {facts.backoffice.url}   (sign in as any role by one click)"]


def operator_lines(operator: DemoOperator | None) -> list[str]:
    """Return the line that says what the books of an operator's own wallet have, if there is one."""
    if operator is None:
        return []
    return [f"    Operator     {operator.books}   (simulated: the money of {operator.brand}; its books)"]


def payments_lines(payments: DemoPayments | None) -> list[str]:
    """Return the lines that say what processors' books have, or why there are no payments."""
    if payments is None:
        return []
    if payments.off:
        return [f"    Payments     {payments.off}"]
    return [
        f"    Payments     {payments.control}/state   (simulated, with test cards; its books)",
        f"    Bank         {payments.bank}/state   (simulated, by files; POST /days ends its day)",
    ]


def casino_lines(casino: DemoCasino | None) -> list[str]:
    """Return the line that says what providers of games know, or why there are none."""
    if casino is None:
        return []
    if casino.off:
        return [f"    Casino       {casino.off}"]
    names = " and ".join(casino.providers)
    return [f"    Casino       {casino.control}/state   (simulated: {names}; their books)"]


def _analytics(options: DemoOptions) -> str:
    """Return the line that says how to ask about everything that happened, or how to add that."""
    if options.analytics:
        asked = f"{_called()} analytics report funnel"
        return f"    Analytics    {asked}   (made history; says how far it is filled)"
    return "    Analytics    off; make demo ARGS=--analytics adds it   (half a gigabyte)"


def _cells(facts: DemoFacts) -> list[str]:
    """Return a line for each cell: its own gateway, behind the router at the first address."""
    return [
        f"    Cell {cell.name}      {cell.graphql}   (partitions {cell.partitions} of {cell.of}; "
        f"FURLONG_CELL={cell.name} for other commands)"
        for cell in facts.cells
    ]


def _internal_graph(facts: DemoFacts) -> list[str]:
    """Return the line that says where operators' tools find the internal graph."""
    if facts.internal is None:
        return []
    return [f"    Internal     {facts.internal.graphql}   (needs the key in the ready file)"]


def _brand_sites(facts: DemoFacts) -> list[str]:
    """Return a line for each brand: a site of its own that shows the club in its pages."""
    return [f"    Brand's site {brand.site}/   ({brand.brand} embeds the club)" for brand in facts.brands]


def _rehearsal(facts: DemoFacts) -> list[str]:
    """Return what visitors must know if the demo's clock is moved."""
    from foundation.storage.rehearsal import RehearsalClock

    if facts.clock is None:
        return []
    now, clock = RehearsalClock(Path(facts.clock)).now(), f"{_called()} clock"
    return [
        f"  REHEARSAL: it is {now:%A %Y-%m-%d %H:%M} UTC here. `{clock} show` says what comes next,",
        f"  `{clock} advance 2h` and `{clock} advance --to lock` move the time.",
        "",
    ]


def _called() -> str:
    """Return what a person types for this program: its name, or its path where the shell does not find it."""
    return "furlong" if shutil.which("furlong") else sys.argv[0]
