/** The scheme's profit and loss by week, each currency by itself. */
import Typography from '@mui/material/Typography';

import { BarChart } from '../../charts/BarChart.tsx';
import { slotsOf } from '../../charts/slots.ts';
import { FigureTable } from '../figures/FigureTable.tsx';
import { RiskPage } from '../RiskPage.tsx';
import { RowsLink } from '../figures/RowsLink.tsx';
import { axisMoney, money, number, share, units } from '../../money/amounts.ts';
import { SHOWN } from './weeks.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { Waiting } from '../../components/Waiting.tsx';
import { RISK_WEEKS } from '../../graph/generated/operations.ts';
import { weekCell, weekTick } from '../../time/weeks.ts';

import type { WeekMoney } from '../../graph/generated/operations.ts';

const CHARTED = 12;

interface Line extends WeekMoney {
  readonly isoWeek: string;
}

const AMOUNTS: readonly { head: string; figure: string; of: (line: Line) => number }[] = [
  { head: 'Turnover', figure: 'TURNOVER', of: (line) => line.turnoverMinor },
  { head: 'Of members', figure: 'MEMBER_TURNOVER', of: (line) => line.memberTurnoverMinor },
  { head: 'Expected', figure: 'EXPECTED', of: (line) => line.expectedMinor },
  { head: 'Owed', figure: 'OWED', of: (line) => line.owedMinor },
  { head: 'Outstanding', figure: 'OUTSTANDING', of: (line) => line.outstandingMinor },
  { head: 'Used', figure: 'USED', of: (line) => line.usedMinor },
];

function ProfitIn({ brand, currency, lines }: { readonly brand: string; readonly currency: string; readonly lines: readonly Line[] }) {
  const charted = slotsOf(lines.map((line) => line.isoWeek), CHARTED);
  const stacked = (label: string, of: (line: Line) => number) => ({
    label,
    data: charted.map((isoWeek) => lines.find((line) => line.isoWeek === isoWeek)).map((line) => (line === undefined ? null : units(of(line), currency))),
  });
  return (
    <FigureTable
      title={`Profit and loss in ${currency}`}
      rows={lines}
      rowKey={(line) => line.isoWeek}
      csv={{ table: 'profit', parameters: { brand } }}
      columns={[
        { head: 'Week', cell: (line) => weekCell(line.isoWeek) },
        ...AMOUNTS.map((amount) => ({
          head: amount.head,
          numeric: true,
          cell: (line: Line) => (
            <RowsLink to={{ brand, isoWeek: line.isoWeek, figure: amount.figure, currency }}>{money(amount.of(line), currency)}</RowsLink>
          ),
        })),
        { head: 'Cost', numeric: true, cell: (line) => money(line.costMinor, currency) },
        { head: 'Cost of turnover', numeric: true, cell: (line) => share(line.costShare) },
        { head: 'Margin', numeric: true, cell: (line) => (line.marginMinor === null ? 'not known' : money(line.marginMinor, currency)) },
        { head: 'Without a value', numeric: true, cell: (line) => number(line.unvalued) },
      ]}
    >
      <BarChart
        label={`Cost of rewards in ${currency} by week, as in the table`}
        categories={charted.map(weekTick)}
        series={[
          stacked('Used', (line) => line.usedMinor),
          stacked('Outstanding', (line) => line.outstandingMinor),
          stacked('Owed', (line) => line.owedMinor),
        ]}
        isStacked
        format={axisMoney(currency)}
      />
    </FigureTable>
  );
}

function ProfitOf({ brand }: { readonly brand: string }) {
  const { data, problem } = useGraph(RISK_WEEKS, { brand, first: SHOWN });
  if (problem !== '' || data === null) return <Waiting problem={problem} />;
  const lines = data.riskWeeks.nodes.flatMap((week) => week.money.map((each) => ({ ...each, isoWeek: week.isoWeek })));
  const currencies = [...new Set(lines.map((line) => line.currency))].sort();
  if (currencies.length === 0) return <Typography>Nothing yet.</Typography>;
  return currencies.map((currency) => (
    <ProfitIn key={currency} brand={brand} currency={currency} lines={lines.filter((line) => line.currency === currency)} />
  ));
}

export function Profit() {
  return (
    <RiskPage
      title="Profit and loss"
      lead="The counting stakes of bets that count against the cost of rewards. What bets won or lost is not in their messages, so the margin is not known. Currencies are never added up."
    >
      {(brand) => <ProfitOf brand={brand} />}
    </RiskPage>
  );
}
