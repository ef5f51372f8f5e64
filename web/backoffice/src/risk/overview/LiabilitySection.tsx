/** What may still have to be paid: by week, reward and stage. */
import Typography from '@mui/material/Typography';

import { BarChart } from '../../charts/BarChart.tsx';
import { FigureTable } from '../figures/FigureTable.tsx';
import { axisMoney, money, number, units, word } from '../../money/amounts.ts';
import { counted, moment } from '../../time/moments.ts';
import { rewardColumn, rewardColumns } from '../figures/rewardColumns.tsx';
import { useGraph } from '../../graph/useGraph.ts';
import { Waiting } from '../../components/Waiting.tsx';
import { RISK_LIABILITY } from '../../graph/generated/operations.ts';
import { weekCell } from '../../time/weeks.ts';
import { WORDS } from '../../words/index.ts';

import type { RewardFigure, RiskLiability } from '../../graph/generated/operations.ts';

const NOT_COUNTED = { isPending: (found: RiskLiability) => found.riskLiability.asOf === null };
const STAGES = ['expected', 'owed', 'outstanding'];

/** Return the sum of the lines of one stage; the lines are of one currency. */
function sum(lines: readonly RewardFigure[], stage: string): number {
  return lines.filter((line) => line.stage === stage).reduce((total, line) => total + line.valueMinor, 0);
}

export function LiabilitySection({ brand }: { readonly brand: string }) {
  const { data, problem } = useGraph(RISK_LIABILITY, { brand }, NOT_COUNTED);
  if (problem !== '' || data === null) return <Waiting problem={problem} />;
  const { asOf, changesInDoubt, cells, lines } = data.riskLiability;
  const currencies = [...new Set(lines.map((line) => line.currency))].sort();
  return (
    <FigureTable
      title={WORDS.risk.liabilityNow}
      rows={lines}
      rowKey={(line) => line.id}
      csv={{ table: 'liability', parameters: { brand } }}
      columns={[
        { head: WORDS.common.week, cell: (line) => weekCell(line.isoWeek) },
        { head: WORDS.risk.stage, cell: (line) => word(line.stage) },
        rewardColumn(brand),
        ...rewardColumns(brand),
      ]}
    >
      <Typography variant="body2" color="textSecondary">
        {WORDS.risk.changesOfChoiceInDoubt({ asOf: counted(asOf, brand), changesInDoubt: number(changesInDoubt) })}
      </Typography>
      {cells.length > 0 && (
        <Typography variant="body2" color="textSecondary">
          {WORDS.risk.theOldestCountOfEachCell({ cells: cells.map((one) => WORDS.risk.cellAtAsOf({ cell: one.cell, asOf: moment(one.asOf, brand) })).join(', ') })}
        </Typography>
      )}
      {currencies.map((currency) => {
        const mine = lines.filter((line) => line.currency === currency);
        const total = STAGES.reduce((all, stage) => all + sum(mine, stage), 0);
        return (
          <div key={currency}>
            <Typography variant="h5" component="p">
              {money(total, currency)}
            </Typography>
            <BarChart
              label={WORDS.risk.liabilityByStageAsInTable({ currency })}
              categories={STAGES.map(word)}
              series={[{ label: currency, data: STAGES.map((stage) => units(sum(mine, stage), currency)) }]}
              format={axisMoney(currency)}
            />
          </div>
        );
      })}
    </FigureTable>
  );
}
