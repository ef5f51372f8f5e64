/** A summary of each column of an answer, which is worked out when somebody opens it. */
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { Fragment, useState } from 'react';

import { summariesOf, type Summary } from './summary.ts';
import { number } from '../money/amounts.ts';
import { WORDS } from '../words/index.ts';

import type { AnalyticsAnswer } from '../graph/generated/operations.ts';

interface Props {
  readonly answer: AnalyticsAnswer['analyticsAnswer'];
}

/** Beside its column's name where there is room, below it where there is none. */
const LINES = { display: 'grid', gridTemplateColumns: { xs: 'minmax(0, 1fr)', sm: 'fit-content(40%) minmax(0, 1fr)' }, columnGap: 2, rowGap: { xs: 0, sm: 1 } } as const;

function saysOf({ distinct, empty, ends, sum, mean }: Summary): string {
  const parts = [
    WORDS.analytics.distinctValues({ count: distinct, shown: number(distinct) }),
    empty === 0 ? '' : WORDS.analytics.emptyCells({ shown: number(empty) }),
    ends === null ? '' : WORDS.analytics.leastToGreatest(ends),
    sum === '' ? '' : WORDS.analytics.sumAndMean({ sum, mean }),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

export function Summaries({ answer }: Props) {
  const [isOpen, setOpen] = useState(false);
  const isCut = answer.rows.length < answer.rowCount;
  return (
    <Box component="details" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <Typography component="summary" variant="body2" color="textSecondary" sx={{ cursor: 'pointer', width: 'fit-content' }}>
        {WORDS.analytics.columnSummary}
      </Typography>
      {isOpen && isCut && (
        <Typography variant="body2" color="textSecondary" sx={{ marginTop: 1 }}>
          {WORDS.analytics.ofTheRowsShown({ shown: number(answer.rows.length), all: number(answer.rowCount) })}
        </Typography>
      )}
      {isOpen && (
        <Box component="dl" sx={{ ...LINES, typography: 'body2', fontVariantNumeric: 'tabular-nums', overflowWrap: 'anywhere', marginY: 1 }}>
          {summariesOf(answer).map((summary, at) => (
            <Fragment key={at}>
              <dt>
                <code>{summary.column}</code>
              </dt>
              <Box component="dd" sx={{ margin: 0, marginBottom: { xs: 1, sm: 0 }, color: 'text.secondary' }}>
                {saysOf(summary)}
              </Box>
            </Fragment>
          ))}
        </Box>
      )}
    </Box>
  );
}
