/** Up to when all facts are read; a year before the club's is that of a store which is being filled for the first time. */
import Alert from '@mui/material/Alert';
import Typography from '@mui/material/Typography';

import { number } from '../money/amounts.ts';
import { inUtc, moment, toTheSecond } from '../time/moments.ts';
import { WORDS } from '../words/index.ts';

import type { Completeness } from '../graph/generated/operations.ts';

interface Props {
  readonly cell: Completeness;
  /** Whose clock it is said by; null: UTC, as the rows of an answer are. */
  readonly brand: string | null;
}

export function ReadUntil({ cell: { cell, until, waiting, says }, brand }: Props) {
  const told = brand === null ? inUtc(until) : moment(until, brand);
  const ofAll = cell === '*';
  if (!says.startsWith('INCOMPLETE')) {
    const upTo = brand === null ? told : toTheSecond(until, brand);
    return (
      <Typography variant="body2" color="textSecondary">
        {ofAll ? WORDS.analytics.completeUpTo({ until: upTo }) : WORDS.analytics.completeOfCellUpTo({ cell, until: upTo })}
      </Typography>
    );
  }
  const read = new Date(until).getUTCFullYear() === 1970 ? beingRead(ofAll, cell) : counted(ofAll, cell, told);
  return <Alert severity="warning">{waiting > 0 ? WORDS.analytics.recordsWait({ read, waiting, shown: number(waiting) }) : WORDS.analytics.theFiguresMayGrow({ read })}</Alert>;
}

function beingRead(ofAll: boolean, cell: string): string {
  return ofAll ? WORDS.analytics.factsBeingReadFirstTime : WORDS.analytics.factsOfCellBeingRead({ cell });
}

function counted(ofAll: boolean, cell: string, until: string): string {
  return ofAll ? WORDS.analytics.onlyFactsUpToAreCounted({ until }) : WORDS.analytics.onlyFactsOfCellAreCounted({ cell, until });
}
