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
  const where = cell === '*' ? '' : WORDS.common.ofCell({ cell });
  if (!says.startsWith('INCOMPLETE')) {
    return <Typography variant="body2" color="textSecondary">{WORDS.analytics.completeUpTo({ where, until: brand === null ? told : toTheSecond(until, brand) })}</Typography>;
  }
  const isNew = new Date(until).getUTCFullYear() === 1970;
  const read = isNew ? WORDS.analytics.factsBeingReadFirstTime({ where }) : WORDS.analytics.onlyFactsUpToAreCounted({ where, until: told });
  return <Alert severity="warning">{waiting > 0 ? WORDS.analytics.recordsWait({ read, waiting: number(waiting) }) : WORDS.analytics.theFiguresMayGrow({ read })}</Alert>;
}
