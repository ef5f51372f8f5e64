/** The columns of an answer at a glance, which is worked out when somebody opens it. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useState } from 'react';

import { glancesOf, type Glance } from './glance.ts';
import { number } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { WORDS } from '../words/index.ts';

import type { AnalyticsAnswer } from '../graph/generated/operations.ts';

interface Props {
  readonly answer: AnalyticsAnswer['analyticsAnswer'];
}

const MAX_HEIGHT = 320;

const FIGURES = [
  ['distinct', WORDS.analytics.distinctValues],
  ['empty', WORDS.analytics.empty],
  ['least', WORDS.analytics.least],
  ['greatest', WORDS.analytics.greatest],
  ['sum', WORDS.analytics.sum],
  ['mean', WORDS.analytics.mean],
] as const;

export function Glances({ answer }: Props) {
  const [isOpen, setOpen] = useState(false);
  const isCut = answer.rows.length < answer.rowCount;
  return (
    <Box component="details" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <Typography component="summary" variant="body2" color="textSecondary" sx={{ cursor: 'pointer', width: 'fit-content' }}>
        {WORDS.analytics.columnsAtAGlance}
      </Typography>
      {isOpen && (
        <Box sx={{ marginTop: 1 }}>
          {isCut && (
            <Typography variant="body2" color="textSecondary" sx={{ marginBottom: 1 }}>
              {WORDS.analytics.ofTheRowsShown({ shown: number(answer.rows.length), all: number(answer.rowCount) })}
            </Typography>
          )}
          <DataRows
            label={WORDS.analytics.columnsAtAGlance}
            rows={glancesOf(answer)}
            id={({ column }: Glance) => column}
            nothing=""
            maxHeight={MAX_HEIGHT}
            columns={[
              { head: WORDS.analytics.column, cell: ({ column }: Glance) => column },
              ...FIGURES.map(([name, head]) => ({ head, cell: (glance: Glance) => glance[name], right: true })),
            ]}
          />
        </Box>
      )}
    </Box>
  );
}
