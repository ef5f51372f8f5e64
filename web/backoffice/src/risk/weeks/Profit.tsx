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
import { WORDS } from '../../words/index.ts';

import type { WeekMoney } from '../../graph/generated/operations.ts';

const CHARTED = 12;

interface Line extends WeekMoney {
  readonly isoWeek: string;
}

const AMOUNTS: readonly { head: string; figure: string; of: (line: Line) => number }[] = [
  { head: WORDS.common.turnover, figure: 'TURNOVER', of: (line) => line.turnoverMinor },
  { head: WORDS.risk.ofMembers, figure: 'MEMBER_TURNOVER', of: (line) => line.memberTurnoverMinor },
  { head: WORDS.risk.expected, figure: 'EXPECTED', of: (line) => line.expectedMinor },
  { head: WORDS.common.owed, figure: 'OWED', of: (line) => line.owedMinor },
  { head: WORDS.risk.outstanding, figure: 'OUTSTANDING', of: (line) => line.outstandingMinor },
  { head: WORDS.common.used, figure: 'USED', of: (line) => line.usedMinor },
];

function ProfitIn({ brand, currency, lines }: { readonly brand: string; readonly currency: string; readonly lines: readonly Line[] }) {
  const charted = slotsOf(lines.map((line) => line.isoWeek), CHARTED);
  const stacked = (label: string, of: (line: Line) => number) => ({
    label,
    data: charted.map((isoWeek) => lines.find((line) => line.isoWeek === isoWeek)).map((line) => (line === undefined ? null : units(of(line), currency))),
  });
  return (
    <FigureTable
      title={WORDS.risk.profitAndLossIn({ currency })}
      rows={lines}
      rowKey={(line) => line.isoWeek}
      csv={{ table: 'profit', parameters: { brand } }}
      columns={[
        { head: WORDS.common.week, cell: (line) => weekCell(line.isoWeek) },
        ...AMOUNTS.map((amount) => ({
          head: amount.head,
          numeric: true,
          cell: (line: Line) => (
            <RowsLink to={{ brand, isoWeek: line.isoWeek, figure: amount.figure, currency }}>{money(amount.of(line), currency)}</RowsLink>
          ),
        })),
        { head: WORDS.risk.cost, numeric: true, cell: (line) => money(line.costMinor, currency) },
        { head: WORDS.risk.costOfTurnover, numeric: true, cell: (line) => share(line.costShare) },
        { head: WORDS.common.margin, numeric: true, cell: (line) => (line.marginMinor === null ? WORDS.common.notKnown : money(line.marginMinor, currency)) },
        ...(lines.some(({ unvalued }) => unvalued > 0) ? [{ head: WORDS.risk.withoutAValue, numeric: true, cell: (line: Line) => number(line.unvalued) }] : []),
      ]}
    >
      <BarChart
        label={WORDS.risk.costRewardsWeekTable({ currency })}
        categories={charted.map(weekTick)}
        series={[
          stacked(WORDS.common.used, (line) => line.usedMinor),
          stacked(WORDS.risk.outstanding, (line) => line.outstandingMinor),
          stacked(WORDS.common.owed, (line) => line.owedMinor),
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
  if (currencies.length === 0) return <Typography>{WORDS.risk.nothingYet}</Typography>;
  return currencies.map((currency) => (
    <ProfitIn key={currency} brand={brand} currency={currency} lines={lines.filter((line) => line.currency === currency)} />
  ));
}

export function Profit() {
  return (
    <RiskPage
      title={WORDS.frame.screens['risk-profit']}
      lead={WORDS.risk.countingStakesBetsCount}
    >
      {(brand) => <ProfitOf brand={brand} />}
    </RiskPage>
  );
}
