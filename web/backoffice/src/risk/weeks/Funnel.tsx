/** How many customers come how far, by week. */

import { BarChart } from '../../charts/BarChart.tsx';
import { FigureTable } from '../figures/FigureTable.tsx';
import { RiskPage } from '../RiskPage.tsx';
import { RowsLink } from '../figures/RowsLink.tsx';
import { number, share } from '../../money/amounts.ts';
import { moment } from '../../time/moments.ts';
import { SHOWN } from './weeks.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { Waiting } from '../../components/Waiting.tsx';
import { RISK_WEEKS } from '../../graph/generated/operations.ts';
import { weekCell } from '../../time/weeks.ts';
import { WORDS } from '../../words/index.ts';

import type { WeekFigures } from '../../graph/generated/operations.ts';

const CHARTED = 4;
export const STEPS = [
  { head: WORDS.risk.seen, figure: 'SEEN', of: (week: WeekFigures) => week.seen },
  { head: WORDS.risk.optedIn, figure: 'OPTED_IN', of: (week: WeekFigures) => week.optedIn },
  { head: WORDS.risk.qualified, figure: 'QUALIFIED', of: (week: WeekFigures) => week.qualified },
  { head: WORDS.risk.chose, figure: 'CHOSE', of: (week: WeekFigures) => week.chose },
  { head: WORDS.common.credited, figure: 'CREDITED', of: (week: WeekFigures) => week.credited },
  { head: WORDS.common.used, figure: 'USED', of: (week: WeekFigures) => week.used },
];

/** Return a number of customers; weeks before impressions were recorded have none. */
function counted(customers: number | null) {
  return customers === null ? WORDS.common.notKnown : number(customers);
}

function FunnelOf({ brand }: { readonly brand: string }) {
  const { data, problem } = useGraph(RISK_WEEKS, { brand, first: SHOWN });
  if (problem !== '' || data === null) return <Waiting problem={problem} />;
  const weeks = data.riskWeeks.nodes;
  return (
    <FigureTable
      title={WORDS.risk.funnelByWeek}
      rows={weeks}
      rowKey={(week) => week.id}
      csv={{ table: 'funnel', parameters: { brand } }}
      columns={[
        { head: WORDS.common.week, cell: (week) => week.closed ? weekCell(week.isoWeek) : WORDS.risk.inProgress({ week: weekCell(week.isoWeek) }) },
        ...STEPS.map((step) => ({
          head: step.head,
          numeric: true,
          cell: (week: WeekFigures) => (
            <RowsLink to={{ brand, isoWeek: week.isoWeek, figure: step.figure }}>{counted(step.of(week))}</RowsLink>
          ),
        })),
        {
          head: WORDS.risk.qualifiedOfOptedIn,
          numeric: true,
          cell: (week) => share(week.optedIn === 0 ? null : week.qualified / week.optedIn),
        },
        { head: WORDS.risk.countedAt, cell: (week) => moment(week.asOf, brand) },
      ]}
    >
      {weeks.length > 0 && (
        <BarChart
          label={WORDS.risk.customersEachStepLatest}
          categories={STEPS.map((step) => step.head)}
          series={weeks.slice(0, CHARTED).map((week) => ({ label: weekCell(week.isoWeek), data: STEPS.map((step) => step.of(week)) }))}
          format={number}
        />
      )}
    </FigureTable>
  );
}

export function Funnel() {
  return (
    <RiskPage title={WORDS.frame.screens['risk-funnel']} lead={WORDS.risk.howManyCustomersShown}>
      {(brand) => <FunnelOf brand={brand} />}
    </RiskPage>
  );
}
