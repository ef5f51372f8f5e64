/** Days of processors' reports that were compared with the wallet's books: what was equal, and what was not. */
import Button from '@mui/material/Button';
import { Link } from 'react-router-dom';

import { casesOf, comparisonState } from './processors.ts';
import { usePages } from '../events/usePages.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { number } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { Page } from '../operations/page/Page.tsx';
import { dayOf, moment } from '../time/moments.ts';
import { COMPARED_DAYS } from '../graph/generated/operations.ts';

const ROWS = 25;

export function ComparedDays() {
  const { after, buttons } = usePages('compared days');
  const { data, problem } = useGraph(COMPARED_DAYS, { first: ROWS, after });
  return (
    <Page
      title="Compared days"
      about="What each processor reports of a day (UTC) is compared with what we know, six hours after the day has ended. Nothing is corrected by itself: each difference is a case."
      actions={
        <Button component={Link} to="/paymentCases" variant="outlined">
          Payment differences
        </Button>
      }
      problem={problem}
      waiting={data === null}
    >
      <DataRows
        label="Compared days"
        rows={data?.page.nodes ?? []}
        id={({ id }) => id}
        nothing="No day is compared yet."
        filledBy="The first one appears six hours after the first day with a payment has ended."
        columns={[
          { head: 'Day', cell: ({ day }) => dayOf(day) },
          { head: 'Processor', cell: ({ processor }) => processor },
          { head: 'State', cell: (day) => <ToneChip {...comparisonState(day)} /> },
          { head: 'Lines matched', cell: ({ lines, matched }) => `${number(matched)} of ${number(lines)}`, right: true },
          { head: 'Unknown here', cell: (day) => casesOf(day, 'UNKNOWN'), right: true },
          { head: 'Missing there', cell: (day) => casesOf(day, 'MISSING'), right: true },
          { head: 'Different', cell: (day) => casesOf(day, 'DIFFERENT'), right: true },
          { head: 'Compared', cell: ({ comparedAt }) => moment(comparedAt, null) },
        ]}
      />
      {buttons(data?.page)}
    </Page>
  );
}
