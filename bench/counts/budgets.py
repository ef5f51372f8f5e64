"""The budgets of the hot paths: what each kind of work may come to, and what it was when it was least."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Self, TypeAlias

from bench.harness.servers import ROOT

FILE: Final = ROOT / "bench" / "budgets.toml"
MEASURES: Final[Mapping[str, str]] = {
    "python_calls": "calls of Python functions",
    "c_calls": "calls of C functions",
    "opcodes": "executed instructions",
    "system_calls": "system calls",
}
TOLERANCE: Final = 0.01
"""The share of a budget by which it may be exceeded: interpreters of one version differ a little."""

SLACK: Final = 0.03
"""The share of a budget below which it must be lowered, so that what was gained is not lost unnoticed."""

HEAD: Final = """\
# What a warm request on each hot path may take, as `make check-budgets` counts it: see docs/performance.md.
# `make budgets` lowers budgets to what is counted. It never raises one: to raise a budget, change it by hand,
# and add what was bought for it and up to which numbers, with the date:
#
#     [[gateway.bought]]
#     on = 2026-11-23
#     what = "Calls to subgraphs have a deadline."
#     python_calls = 450
#
# [most.…] is what a request may take that is new to a gateway: see tests/attacks/test_new_documents.py.

"""

Totals: TypeAlias = Mapping[str, int]
"""How much there was of each of `MEASURES`."""


class BudgetError(Exception):
    """The file of budgets contradicts itself."""


@dataclass(frozen=True, slots=True)
class Budget:
    """One kind of work on one path.

    Attributes:
        budget: How much there may be.
        best: The least that was ever counted.
        on: When that was.
    """

    budget: int
    best: int
    on: date

    def lowered(self, counted: int, today: date) -> Budget:
        """Return the budget after a count: never a higher one."""
        is_best = counted < self.best
        return Budget(min(self.budget, counted), min(self.best, counted), today if is_best else self.on)

    def toml(self) -> str:
        """Return it as TOML."""
        return f"{{ budget = {self.budget}, best = {self.best}, on = {self.on} }}"


@dataclass(frozen=True, slots=True)
class Purchase:
    """What was bought with more work on a path, and up to how much.

    Attributes:
        what: A sentence.
        up_to: The highest budget that it pays for, of each measure that was raised.
    """

    on: date
    what: str
    up_to: Totals

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> Self:
        """Read an entry of the file."""
        return cls(
            table["on"], table["what"].strip(), {name: table[name] for name in MEASURES if name in table}
        )


@dataclass(frozen=True, slots=True)
class PathBudgets:
    """The budgets of one path, by measure, and what was bought for those that are not the best."""

    measures: Mapping[str, Budget]
    bought: tuple[Purchase, ...] = ()

    @classmethod
    def of(cls, counted: Totals, today: date) -> Self:
        """Return the budgets of a path that is counted for the first time."""
        return cls({name: Budget(counted[name], counted[name], today) for name in MEASURES})

    @classmethod
    def read(cls, name: str, table: Mapping[str, Any]) -> Self:
        """Read the budgets of a path.

        Raises:
            BudgetError: A budget is higher than its best, and nothing says what was bought for it.
        """
        budgets = cls(
            {measure: Budget(**table[measure]) for measure in MEASURES},
            tuple(Purchase.read(entry) for entry in table.get("bought", ())),
        )
        for measure, budget in budgets.measures.items():
            paid = [each.up_to[measure] for each in budgets.bought if each.what and measure in each.up_to]
            if budget.budget > max(paid, default=budget.best) and budget.budget > budget.best:
                raise BudgetError(
                    f"{name}: {MEASURES[measure]} were {budget.best:,} on {budget.on}, and the budget is "
                    f"{budget.budget:,}. A budget is raised only with an entry [[{name}.bought]] whose "
                    f"`what` says what was bought, and which has {measure} = {budget.budget}."
                )
        return budgets

    def findings(self, name: str, counted: Totals) -> Iterator[str]:
        """Yield what is wrong with the counts of the path, a sentence for each measure."""
        for measure, budget in self.measures.items():
            count, most = counted[measure], budget.budget
            if count > most * (1 + TOLERANCE):
                yield (
                    f"{name}: {count:,} {MEASURES[measure]} are {count / most - 1:.1%} over the budget of "
                    f'{most:,}. See where they are by `make bench BENCH=counts ARGS="--path {name} --by '
                    'function"`, before and after the change. If they buy something, raise the budget in '
                    f"bench/budgets.toml, and say in [[{name}.bought]] what."
                )
            elif count < most * (1 - SLACK):
                yield (
                    f"{name}: {count:,} {MEASURES[measure]} are {1 - count / most:.1%} under the budget of "
                    f"{most:,}. Lower it: make budgets"
                )

    def lowered(self, counted: Totals, today: date) -> PathBudgets:
        """Return the budgets after a count: none is higher than before."""
        lowered = {name: budget.lowered(counted[name], today) for name, budget in self.measures.items()}
        return PathBudgets(lowered, self.bought)

    def toml(self, name: str) -> str:
        """Return them as TOML."""
        lines = [f"[{name}]", *(f"{each} = {budget.toml()}" for each, budget in self.measures.items())]
        for each in self.bought:
            paid = [f"{measure} = {number}" for measure, number in each.up_to.items()]
            quoted = each.what.replace("\\", "\\\\").replace('"', '\\"')
            lines += ["", f"[[{name}.bought]]", f"on = {each.on}", f'what = "{quoted}"', *paid]
        return "\n".join([*lines, ""])


@dataclass(frozen=True, slots=True)
class Budgets:
    """All budgets.

    Attributes:
        python: The version of Python that they are for: each version executes other instructions.
        most: The most that single requests may take, by kind and measure; tests compare these.
    """

    python: str
    paths: Mapping[str, PathBudgets]
    most: Mapping[str, Totals] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the file of budgets.

        Raises:
            BudgetError: A budget was raised, and nothing says what was bought for it.
        """
        document = tomllib.loads(text)
        python, most = document.pop("python"), document.pop("most", {})
        return cls(python, {name: PathBudgets.read(name, table) for name, table in document.items()}, most)

    def findings(self, counted: Mapping[str, Totals]) -> list[str]:
        """Return what is wrong with the counts of some paths."""
        findings: list[str] = []
        for name, totals in counted.items():
            if name in self.paths:
                findings += self.paths[name].findings(name, totals)
            else:
                findings.append(f"{name} has no budget. Add it: make budgets")
        return findings

    def lowered(self, counted: Mapping[str, Totals], today: date) -> Budgets:
        """Return the budgets after counting: none is higher, and each path has one."""
        added = {name: PathBudgets.of(totals, today) for name, totals in counted.items()}
        known = {
            name: budgets.lowered(counted[name], today) if name in counted else budgets
            for name, budgets in self.paths.items()
        }
        return Budgets(self.python, added | known, self.most)

    def toml(self) -> str:
        """Return the file."""
        tables = [budgets.toml(name) for name, budgets in self.paths.items()]
        for kind, most in self.most.items():
            tables.append("\n".join([f"[most.{kind}]", *(f"{name} = {it}" for name, it in most.items()), ""]))
        return "\n".join([f'{HEAD}python = "{self.python}"\n', *tables])
