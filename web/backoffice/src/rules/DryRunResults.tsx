/** What a dry run found: who would have qualified, what it would have cost, and which bets count differently. */
import Alert from '@mui/material/Alert';
import Download from '@mui/icons-material/Download';
import Button from '@mui/material/Button';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useNotify } from 'react-admin';

import { DryRunBets } from './DryRunBets.tsx';
import { rewardName } from '../frame/names.ts';
import { reasonInWords } from './scheme.ts';
import { money } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { run } from '../graph/graph.ts';
import { messageOf } from '../session/session.ts';
import { DRY_RUN_CSV } from '../graph/generated/operations.ts';
import { weekCell, weekName } from '../time/weeks.ts';
import { WORDS } from '../words/index.ts';

import type { DryRun, DryRunCost } from '../graph/generated/operations.ts';

type Result = NonNullable<DryRun['result']>;

interface Props {
  readonly job: DryRun;
  readonly result: Result;
  readonly brand: string;
  readonly currency: string;
}

export function DryRunResults({ job, result, brand, currency }: Props) {
  const [listed, setListed] = useState(false);
  const rows = [
    [WORDS.rules.customersWhoQualify, result.qualifiedBefore, result.qualifiedAfter],
    [WORDS.rules.countedInAll, money(result.countedBeforeMinor, currency), money(result.countedAfterMinor, currency)],
    [WORDS.common.rewards, rewards(result.costBefore), rewards(result.costAfter)],
    [WORDS.rules.costOfRewards, cost(result.costBefore, currency), cost(result.costAfter, currency)],
  ] as const;
  return (
    <Stack spacing={2}>
      {result.bets === 0 && <Alert severity="info">{WORDS.rules.noBetsStoredSoSaysNothing({ week: weekName(job.isoWeek) })}</Alert>}
      <Typography variant="body2">
        {WORDS.rules.customersWithBets({
          week: weekCell(job.isoWeek),
          customers: WORDS.rules.customers({ count: result.customers }),
          bets: WORDS.rules.bets({ count: result.bets }),
          gained: result.gained,
          lost: result.lost,
          differing: WORDS.rules.betsDiffer({ count: result.differingBets }),
        })}
        {result.withoutLegs > 0 && ` ${WORDS.rules.storedWithoutLegs({ bets: result.withoutLegs })}`}
        {result.elsewhere > 0 && ` ${WORDS.rules.customersElsewhere({ count: result.elsewhere })}`}
      </Typography>
      <Figures label={WORDS.rules.outcome} head={['', WORDS.rules.asItWas, WORDS.rules.withThisVersion]} rows={rows} />
      <Figures label={WORDS.rules.costByReward} head={[WORDS.common.reward, WORDS.rules.asItWas, WORDS.rules.withThisVersion]} rows={byReward(brand, result, currency)} />
      {result.reasons.length > 0 && (
        <Figures
          label={WORDS.rules.whyBetsCountDifferently}
          head={[WORDS.rules.asItWas, WORDS.rules.withThisVersion, WORDS.common.bets]}
          rows={result.reasons.map(({ before, after, bets }) => [reasonInWords(before), reasonInWords(after), bets] as const)}
        />
      )}
      {result.kept > 0 && (
        <Stack direction="row" spacing={2}>
          <Button onClick={() => setListed(!listed)}>{listed ? WORDS.rules.hideTheBets : WORDS.rules.showTheBets}</Button>
          <CsvButton id={job.id} week={job.isoWeek} />
        </Stack>
      )}
      {listed && <DryRunBets id={job.id} brand={brand} currency={currency} />}
    </Stack>
  );
}

function rewards(costs: readonly DryRunCost[]): number {
  return costs.filter(({ reward }) => reward !== '').reduce((sum, one) => sum + one.rewards, 0);
}

function cost(costs: readonly DryRunCost[], currency: string): string {
  return money(
    costs.reduce((sum, { valueMinor }) => sum + (valueMinor ?? 0), 0),
    currency,
  );
}

function byReward(brand: string, { costBefore, costAfter }: Result, currency: string): readonly (readonly [string, string, string])[] {
  const names = [...new Set([...costBefore, ...costAfter].map(({ reward }) => reward))];
  const shown = (costs: readonly DryRunCost[], name: string) => {
    const found = costs.find(({ reward }) => reward === name);
    return found === undefined ? '–' : `${found.rewards} (${money(found.valueMinor, currency)})`;
  };
  return names.map((name) => [name === '' ? WORDS.rules.noReward : rewardName(brand, name), shown(costBefore, name), shown(costAfter, name)]);
}

type Row = readonly [string, string | number, string | number];

interface FiguresProps {
  readonly label: string;
  /** The first is empty if the label says it. */
  readonly head: readonly string[];
  readonly rows: readonly Row[];
}

function holdsFigures(rows: readonly Row[], column: number): boolean {
  return rows.every((row) => /\d|^–$/u.test(String(row[column])));
}

function Figures({ label, head, rows }: FiguresProps) {
  const [first = '', ...others] = head;
  return (
    <DataRows
      label={label}
      rows={rows}
      id={(row) => row.join(' ')}
      nothing={WORDS.common.nothingDiffers}
      columns={[
        { head: first || label, cell: ([name]: Row) => name },
        ...others.map((name, at) => ({ head: name, cell: (row: Row) => row[at + 1], right: holdsFigures(rows, at + 1) })),
      ]}
    />
  );
}

/** Downloads the bets; the access is recorded. */
function CsvButton({ id, week }: { readonly id: string; readonly week: string }) {
  const notify = useNotify();
  async function download() {
    try {
      const { dryRunCsv } = await run(DRY_RUN_CSV, { id });
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([dryRunCsv], { type: 'text/csv' }));
      link.download = `dry-run-${week}.csv`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      notify(messageOf(error), { type: 'error' });
    }
  }
  return (
    <Button startIcon={<Download />} onClick={() => void download()}>
      {WORDS.common.csv}
    </Button>
  );
}
