/** A week, chosen from those around the current one. */
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useState } from 'react';

import { zoneOf } from './moments.ts';
import { weekAfter, weekAt, weekCell } from './weeks.ts';
import { WORDS } from '../words/index.ts';

interface Props {
  readonly label?: string;
  readonly brand: string;
  /** Such as `2026-W48`; empty for every week. */
  readonly value: string;
  readonly onChange: (isoWeek: string) => void;
  /** How many weeks before the current one, and after it, can be chosen. */
  readonly before?: number;
  readonly after?: number;
  /** Whether a form needs it; a filter does not ask for anything. */
  readonly isFilter?: boolean;
  /** What an empty value means; without it, a week has to be chosen. */
  readonly every?: string;
  readonly help?: string | undefined;
  readonly isWrong?: boolean;
}

export function WeekSelect({ label = WORDS.common.week, brand, value, onChange, before = 0, after = 0, every, help, isWrong = false, isFilter = false }: Props) {
  const [now] = useState(() => weekAt(Date.now(), zoneOf(brand)));
  const weeks = Array.from({ length: before + after + 1 }, (_, place) => weekAfter(now, after - place));
  const listed = value === '' || weeks.includes(value) ? weeks : [value, ...weeks];
  return (
    <TextField
      select
      label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      required={every === undefined && !isFilter}
      slotProps={{ select: { displayEmpty: every !== undefined } }}
      helperText={help}
      error={isWrong}
      margin="normal"
      fullWidth
    >
      {every !== undefined && <MenuItem value="">{every}</MenuItem>}
      {listed.map((week) => (
        <MenuItem key={week} value={week}>
          {week === now ? WORDS.common.currentWeek({ week: weekCell(week) }) : weekCell(week)}
        </MenuItem>
      ))}
    </TextField>
  );
}
