"""The tables of risk and money as CSV, page by page: the same figures as on the screens."""

from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass

from backoffice.access.actor import Actor
from backoffice.access.decision import require
from backoffice.access.roles import Permission
from backoffice.errors import Invalid, Problem
from backoffice.graph.pages import MAX_PAGE_SIZE
from backoffice.risk.rows import RiskFigure, RowFilter
from backoffice.risk.service import RiskService
from backoffice.risk.tables import (
    HEADS,
    RiskTable,
    Row,
    budget_row,
    customer_row,
    forecast_row,
    funnel_row,
    goodwill_row,
    profit_rows,
    reward_row,
)
from backoffice.spreadsheets import csv_lines
from subgraphs.fulfilment.goodwill import GoodwillWanted


@dataclass(frozen=True, slots=True)
class RiskExport:
    """Writes the tables; each export is recorded."""

    risk: RiskService

    async def lines(self, actor: Actor, table: str, parameters: Mapping[str, str]) -> AsyncIterator[str]:
        """Return the parts of a table as CSV.

        Args:
            actor: Who exports it.
            table: The value of a `RiskTable`.
            parameters: `brand`; perhaps `isoWeek`; for goodwill `currency`, `stage`, `kind`; for customers
                also `figure`, `reward`, `version`,
                `currency`, `source`.

        Raises:
            Forbidden: The actor may not export figures of the brand.
            Invalid: There is no such table or figure.
            NotFound: There is no such brand.
        """
        brand = parameters.get("brand", "")
        require(actor, Permission.RISK_EXPORT, brand)
        wanted = next((one for one in RiskTable if one.value == table), None)
        if wanted is None:
            raise Invalid([Problem("table", f"There is no table {table[:64]!r}.")])
        pages = self._pages(actor, wanted, brand, parameters)
        first = await anext(pages, None) or ()  # what is refused is refused before the answer begins
        await self._record(actor, wanted, brand, parameters)
        return _parts(HEADS[wanted], first, pages)

    async def rows(self, actor: Actor, table: RiskTable, parameters: Mapping[str, str]) -> AsyncIterator[Row]:
        """Yield the rows of a table, for who may see it; access to customers is recorded.

        Raises:
            Forbidden, Invalid, NotFound: As for `lines`, but no permission to export is needed.
        """
        brand = parameters.get("brand", "")
        require(actor, Permission.RISK_READ, brand)
        if table in {RiskTable.CUSTOMERS, RiskTable.GOODWILL}:
            await self._record(actor, table, brand, parameters, action="risk.look")
        async for page in self._pages(actor, table, brand, parameters):
            for row in page:
                yield row

    def _pages(
        self, actor: Actor, table: RiskTable, brand: str, parameters: Mapping[str, str]
    ) -> AsyncIterator[Iterable[Row]]:
        match table:
            case RiskTable.REWARDS:
                return self._rewards(actor, brand, parameters.get("isoWeek") or None)
            case RiskTable.FUNNEL | RiskTable.PROFIT:
                return self._weeks(actor, brand, table)
            case RiskTable.CUSTOMERS:
                return self._customers(actor, brand, parameters)
            case RiskTable.GOODWILL:
                return self._goodwill(actor, brand, parameters)
            case RiskTable.LIABILITY | RiskTable.FORECAST | RiskTable.BUDGETS:
                return self._whole(actor, table, brand, parameters)

    async def _whole(
        self, actor: Actor, table: RiskTable, brand: str, parameters: Mapping[str, str]
    ) -> AsyncIterator[Iterable[Row]]:
        """Yield a table that has one page."""
        match table:
            case RiskTable.LIABILITY:
                found = await self.risk.liability(actor, brand)
                yield [reward_row(brand, one) for one in found.rewards]
            case RiskTable.FORECAST:
                yield [forecast_row(brand, one) for one in await self.risk.forecasts(actor, brand)]
            case _:
                lines = await self.risk.budgets(actor, brand, parameters.get("isoWeek") or None)
                yield [budget_row(line) for line in lines]

    async def _rewards(self, actor: Actor, brand: str, iso_week: str | None) -> AsyncIterator[Iterable[Row]]:
        after = None
        while found := await self.risk.rewards(actor, brand, MAX_PAGE_SIZE, after, iso_week):
            yield [reward_row(brand, one) for one in found]
            after = found[-1].key

    async def _weeks(self, actor: Actor, brand: str, table: RiskTable) -> AsyncIterator[Iterable[Row]]:
        before = None
        while found := await self.risk.weeks(actor, brand, MAX_PAGE_SIZE, before):
            if table is RiskTable.FUNNEL:
                yield [funnel_row(one) for one in found]
            else:
                yield [row for one in found for row in profit_rows(one)]
            before = found[-1].week.iso_week

    async def _customers(
        self, actor: Actor, brand: str, parameters: Mapping[str, str]
    ) -> AsyncIterator[Iterable[Row]]:
        name, version = parameters.get("figure", "").lower(), parameters.get("version")
        figure = next((one for one in RiskFigure if one.value == name), None)
        if figure is None or (version is not None and not version.isdecimal()):
            raise Invalid([Problem("figure", f"There is no figure {name[:64]!r}, or no such version.")])
        wanted = RowFilter(
            parameters.get("reward"),
            None if version is None else int(version),
            parameters.get("currency") or None,
            parameters.get("source") or None,
        )
        week = parameters.get("isoWeek", "")
        rows = await self.risk.figure_rows(actor, brand, week)
        after, more = "", True
        while more:
            page = await rows.page(figure, wanted, after, MAX_PAGE_SIZE)
            yield [customer_row((brand, week, figure.value), row) for row in page.rows]
            after, more = page.end or "", page.has_next

    async def _goodwill(
        self, actor: Actor, brand: str, parameters: Mapping[str, str]
    ) -> AsyncIterator[Iterable[Row]]:
        names = {"iso_week": "isoWeek", "currency": "currency", "stage": "stage", "kind": "kind"}
        wanted = GoodwillWanted(
            brand, **{name: parameters.get(given) or None for name, given in names.items()}
        )
        after = None
        while found := await self.risk.goodwill(actor, wanted, MAX_PAGE_SIZE, after):
            yield [goodwill_row(brand, one) for one in found]
            after = found[-1].position

    async def _record(
        self,
        actor: Actor,
        table: RiskTable,
        brand: str,
        parameters: Mapping[str, str],
        *,
        action: str = "risk.export",
    ) -> None:
        async with self.risk.database.write() as connection:
            await self.risk.audit.record(
                connection,
                actor,
                action,
                brand=brand,
                subject=f"table:{brand}:{table.value}"[:255],
                before=None,
                after={name: value[:64] for name, value in sorted(parameters.items())},
                reason=None,
            )


async def _parts(
    head: Row, first: Iterable[Row], following: AsyncIterator[Iterable[Row]]
) -> AsyncIterator[str]:
    yield csv_lines([head])
    yield csv_lines(first)
    async for rows in following:
        yield csv_lines(rows)
