/** The cost of each reward in a week, by stage. */
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useState } from 'react';

import { BarChart } from '../../charts/BarChart.tsx';
import { FigureTable } from '../figures/FigureTable.tsx';
import { RiskPage } from '../RiskPage.tsx';
import { axisMoney, units, word } from '../../money/amounts.ts';
import { SHOWN } from './weeks.ts';
import { rewardColumn, rewardColumns } from '../figures/rewardColumns.tsx';
import { rewardName } from '../../frame/names.ts';
import { useGraph } from '../../graph/useGraph.ts';
import { Waiting } from '../../components/Waiting.tsx';
import { RISK_REWARDS, RISK_WEEKS } from '../../graph/generated/operations.ts';
import { weekCell, weekName } from '../../time/weeks.ts';
import { WORDS } from '../../words/index.ts';

import type { RewardFigure } from '../../graph/generated/operations.ts';

const STAGES = ['expected', 'owed', 'outstanding', 'used', 'expired'];

function Chart({ brand, lines, currency }: { readonly brand: string; readonly lines: readonly RewardFigure[]; readonly currency: string }) {
  const rewards = [...new Set(lines.map((line) => line.reward))].sort();
  const sum = (reward: string, stage: string) =>
    lines.filter((line) => line.reward === reward && line.stage === stage).reduce((all, line) => all + line.valueMinor, 0);
  return (
    <BarChart
      label={WORDS.risk.valueRewardsRewardStage({ currency })}
      categories={rewards.map((reward) => (reward === '' ? WORDS.common.noneInline : rewardName(brand, reward)))}
      series={STAGES.map((stage) => ({
        label: word(stage),
        data: rewards.map((reward) => units(sum(reward, stage), currency)),
      }))}
      isStacked
      format={axisMoney(currency)}
    />
  );
}

function RewardsOf({ brand, isoWeek }: { readonly brand: string; readonly isoWeek: string }) {
  const { data, problem } = useGraph(RISK_REWARDS, { brand, isoWeek });
  if (problem !== '' || data === null) return <Waiting problem={problem} />;
  const lines = data.riskRewards.nodes;
  const currencies = [...new Set(lines.map((line) => line.currency))].sort();
  return (
    <FigureTable
      title={WORDS.risk.costByRewardIn({ week: weekName(isoWeek) })}
      rows={lines}
      rowKey={(line) => line.id}
      csv={{ table: 'rewards', parameters: { brand, isoWeek } }}
      columns={[
        rewardColumn(brand),
        { head: WORDS.common.kind, cell: (line) => (line.kind === null ? '–' : word(line.kind)) },
        { head: WORDS.risk.stage, cell: (line) => word(line.stage) },
        ...rewardColumns(brand),
      ]}
    >
      {currencies.map((currency) => (
        <Chart key={currency} brand={brand} currency={currency} lines={lines.filter((line) => line.currency === currency)} />
      ))}
    </FigureTable>
  );
}

function WeekOf({ brand }: { readonly brand: string }) {
  const { data, problem } = useGraph(RISK_WEEKS, { brand, first: SHOWN });
  const [wanted, setWanted] = useState('');
  if (data === null || problem !== '') return <Waiting problem={problem} rows={6} />;
  const weeks = data.riskWeeks.nodes.map((week) => week.isoWeek);
  const isoWeek = weeks.includes(wanted) ? wanted : weeks[0];
  if (isoWeek === undefined) return null;
  return (
    <>
      <TextField
        select
        label={WORDS.common.week}
        size="small"
        fullWidth={false}
        value={isoWeek}
        onChange={(event) => setWanted(event.target.value)}
        sx={{ minWidth: 180, marginBottom: 2 }}
      >
        {weeks.map((week) => (
          <MenuItem key={week} value={week}>
            {weekCell(week)}
          </MenuItem>
        ))}
      </TextField>
      <RewardsOf brand={brand} isoWeek={isoWeek} />
    </>
  );
}

export function Rewards() {
  return (
    <RiskPage title={WORDS.frame.screens['risk-rewards']} lead={WORDS.risk.eachVersionOfARewardByStage}>
      {(brand) => <WeekOf brand={brand} />}
    </RiskPage>
  );
}
