/** How the processors of payments do: whether they answer, for what they are asked, and why payments failed. */
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { failuresInWords, processorState, routeInWords, waitsInWords } from './processors.ts';
import { useGraph } from '../graph/useGraph.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { DataRows } from '../operations/page/DataRows.tsx';
import { Page } from '../operations/page/Page.tsx';
import { recently } from '../time/moments.ts';
import { PAYMENT_PROCESSORS } from '../graph/generated/operations.ts';

import type { ShownProcessor } from '../graph/generated/operations.ts';

export function Processors() {
  const { data, problem } = useGraph(PAYMENT_PROCESSORS, {});
  const processors = data?.paymentProcessors ?? [];
  const unknown = processors.length > 0 && processors.every(({ enabled }) => enabled === null);
  return (
    <Page
      title="Payment processors"
      about="Who moves customers’ money, whether they answer, and for what they are asked. A payment goes to the first processor of its method that can take it; its own story says why."
      problem={problem}
      waiting={data === null}
    >
      {unknown && (
        <Alert severity="info" role="note" sx={{ marginBottom: 2 }}>
          The back office wasn’t given the file of payments, so it doesn’t know for what processors are asked. Set FURLONG_PAYMENTS_FILE where it runs.
        </Alert>
      )}
      <DataRows
        label="Payment processors"
        rows={processors}
        id={({ id }) => id}
        nothing="There are no processors."
        filledBy="A processor appears here once the file of payments names it."
        columns={[
          { head: 'Processor', cell: (processor) => <Named processor={processor} /> },
          { head: 'Asked for', cell: ({ routes, enabled }) => <Lines lines={routes.map(routeInWords)} nothing={enabled === null ? 'Not known here' : 'Nothing'} /> },
          { head: 'Last', cell: (processor) => <Lines lines={lastOf(processor)} nothing="Never asked" /> },
          { head: 'Waits', cell: (processor) => <Lines lines={waitsInWords(processor, time)} nothing="Nothing" /> },
          { head: 'Failed in 24 hours', cell: ({ failures }) => <Lines lines={failuresInWords(failures)} nothing="None" /> },
        ]}
      />
    </Page>
  );
}

function time(at: string): string {
  return recently(at, null);
}

function lastOf({ answeredAt, movedAt }: ShownProcessor): readonly string[] {
  return [answeredAt === null ? 'No answer for a week' : `Answer to a request from ${time(answeredAt)}`, movedAt === null ? 'No money yet' : `Money at ${time(movedAt)}`];
}

function Named({ processor }: { readonly processor: ShownProcessor }) {
  return (
    <>
      <Typography variant="body2" sx={{ marginBottom: 0.5 }}>
        {processor.id}
      </Typography>
      <ToneChip {...processorState(processor)} />
    </>
  );
}

function Lines({ lines, nothing }: { readonly lines: readonly string[]; readonly nothing: string }) {
  return (
    <Box sx={{ minWidth: '10rem' }}>
      {(lines.length === 0 ? [nothing] : lines).map((line) => (
        <Typography key={line} variant="body2">
          {line}
        </Typography>
      ))}
    </Box>
  );
}
