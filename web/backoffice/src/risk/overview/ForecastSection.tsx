/** How much the current week may earn: an estimate with its range, how it is made, and how far it was off before. */
import Alert from '@mui/material/Alert';
import Typography from '@mui/material/Typography';

import { FigureTable } from '../figures/FigureTable.tsx';
import { money, number, share } from '../../money/amounts.ts';
import { counted } from '../../time/moments.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { Waiting } from '../../components/Waiting.tsx';
import { RISK_FORECAST } from '../../graph/generated/operations.ts';
import { weekCell } from '../../time/weeks.ts';
import { WORDS } from '../../words/index.ts';

import type { ForecastAmount, ForecastTest, RiskForecast, WeekForecast } from '../../graph/generated/operations.ts';

const NOT_COUNTED = { isPending: (found: RiskForecast) => found.riskForecast.length === 0 };

function range(of: WeekForecast, show: (amount: ForecastAmount) => string): string {
  if (of.likely === null || of.low === null || of.high === null) return '–';
  return WORDS.risk.likelyLowToHigh({ likely: show(of.likely), low: show(of.low), high: show(of.high) });
}

function Tests({ tests }: { readonly tests: readonly ForecastTest[] }) {
  if (tests.length === 0) return null;
  const inside = tests.filter((test) => test.within).length;
  const off = tests.reduce((total, test) => total + Math.abs(test.error), 0) / tests.length;
  return (
    <Typography variant="body2">
      {WORDS.risk.testedOnWeeksThatAreOver({ count: tests.length, off: share(off), inside })}
    </Typography>
  );
}

export function ForecastSection({ brand }: { readonly brand: string }) {
  const { data, problem } = useGraph(RISK_FORECAST, { brand }, NOT_COUNTED);
  if (problem !== '' || data === null) return <Waiting problem={problem} />;
  const found = data.riskForecast;
  return (
    <FigureTable
      title={WORDS.common.forecastToTheWeeksEnd}
      rows={found}
      rowKey={(one) => one.id}
      csv={{ table: 'forecast', parameters: { brand } }}
      columns={[
        { head: WORDS.common.week, cell: (one) => weekCell(one.isoWeek) },
        { head: WORDS.common.currency, cell: (one) => one.currency },
        { head: WORDS.risk.hoursOver, numeric: true, cell: (one) => WORDS.common.partOf({ part: Math.floor(one.elapsedHours), whole: one.weekHours }) },
        { head: WORDS.risk.rewardsNow, numeric: true, cell: (one) => number(one.now.rewards) },
        { head: WORDS.risk.valueNow, numeric: true, cell: (one) => money(one.now.valueMinor, one.currency) },
        { head: WORDS.risk.rewardsLikelyRange, numeric: true, cell: (one) => range(one, (amount) => number(amount.rewards)) },
        { head: WORDS.risk.valueLikelyRange, numeric: true, cell: (one) => range(one, (amount) => money(amount.valueMinor, one.currency)) },
      ]}
    >
      {found.map((one) => (
        <div key={one.id}>
          {one.unavailable !== null && (
            <Alert severity="info" sx={{ marginY: 1 }}>
              {one.currency}: {one.unavailable}
            </Alert>
          )}
          <Tests tests={one.tests} />
        </div>
      ))}
      {found[0] !== undefined && (
        <Typography variant="body2" color="textSecondary">
          {found[0].method} {counted(found[0].asOf, brand)}
        </Typography>
      )}
    </FigureTable>
  );
}
