/** Up to when all facts are read; a year before the club's is that of a store which is being filled for the first time. */
import Alert from '@mui/material/Alert';
import Typography from '@mui/material/Typography';

import { number } from '../money/amounts.ts';
import { moment, toTheSecond } from '../time/moments.ts';

import type { Completeness } from '../graph/generated/operations.ts';

interface Props {
  readonly cell: Completeness;
  /** Whose clock it is said by; null: that of all brands. */
  readonly brand: string | null;
}

export function ReadUntil({ cell: { cell, until, waiting, says }, brand }: Props) {
  const where = cell === '*' ? '' : ` of ${cell}`;
  if (!says.startsWith('INCOMPLETE')) {
    return <Typography variant="body2" color="textSecondary">{`Complete${where} up to ${toTheSecond(until, brand)}.`}</Typography>;
  }
  const isNew = new Date(until).getUTCFullYear() === 1970;
  const read = isNew ? `The facts${where} are being read for the first time` : `Only facts${where} up to ${moment(until, brand)} are counted`;
  return <Alert severity="warning">{`${read}${waiting > 0 ? `; ${number(waiting)} records wait` : ''}. The figures will grow.`}</Alert>;
}
