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
import { WORDS } from '../words/index.ts';

const ROWS = 25;

export function ComparedDays() {
  const { after, buttons } = usePages(WORDS.payments.comparedDaysInline);
  const { data, problem } = useGraph(COMPARED_DAYS, { first: ROWS, after });
  return (
    <Page
      title={WORDS.frame.screens.comparedDays}
      about={WORDS.payments.whatEachProcessorReports}
      actions={
        <Button component={Link} to="/paymentCases" variant="outlined">
          {WORDS.common.paymentDifferences}
        </Button>
      }
      problem={problem}
      waiting={data === null}
    >
      <DataRows
        label={WORDS.payments.comparedDays}
        rows={data?.page.nodes ?? []}
        id={({ id }) => id}
        nothing={WORDS.payments.noDayIsComparedYet}
        filledBy={WORDS.payments.firstOneAppearsSixHours}
        columns={[
          { head: WORDS.common.day, cell: ({ day }) => dayOf(day) },
          { head: WORDS.common.processor, cell: ({ processor }) => processor },
          { head: WORDS.common.state, cell: (day) => <ToneChip {...comparisonState(day)} /> },
          { head: WORDS.payments.linesMatched, cell: ({ lines, matched }) => WORDS.common.partOf({ part: number(matched), whole: number(lines) }), right: true },
          { head: WORDS.payments.unknownHere, cell: (day) => casesOf(day, 'UNKNOWN'), right: true },
          { head: WORDS.payments.missingThere, cell: (day) => casesOf(day, 'MISSING'), right: true },
          { head: WORDS.payments.different, cell: (day) => casesOf(day, 'DIFFERENT'), right: true },
          { head: WORDS.payments.compared, cell: ({ comparedAt }) => moment(comparedAt, null) },
        ]}
      />
      {buttons(data?.page)}
    </Page>
  );
}
