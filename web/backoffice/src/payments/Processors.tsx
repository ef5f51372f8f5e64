/** How the processors of payments do: whether they answer, for what they are asked, and why payments failed. */
import Alert from '@mui/material/Alert';
import Typography from '@mui/material/Typography';

import { failuresInWords, processorState, routeInWords } from './processors.ts';
import { useGraph } from '../graph/useGraph.ts';
import { ToneChip } from '../look/ToneChip.tsx';
import { number } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { Page } from '../operations/page/Page.tsx';
import { moment } from '../time/moments.ts';
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
          { head: 'Processor', cell: ({ id }) => id },
          { head: 'State', cell: (processor) => <ToneChip {...processorState(processor)} /> },
          { head: 'Asked for', cell: (processor) => <Routes of={processor} /> },
          { head: 'Last answered request', cell: ({ answeredAt }) => (answeredAt === null ? 'None for a week' : moment(answeredAt, null)) },
          { head: 'Last money', cell: ({ movedAt }) => moment(movedAt, null) },
          { head: 'Unanswered', cell: ({ doubtful, doubtfulSince }) => since(doubtful, doubtfulSince) },
          { head: 'On its way', cell: ({ underWay, underWaySince }) => since(underWay, underWaySince) },
          { head: 'Failed in 24 hours', cell: ({ failures }) => failuresInWords(failures) },
        ]}
      />
    </Page>
  );
}

function since(count: number, at: string | null): string {
  return count === 0 ? '0' : `${number(count)}, since ${moment(at, null)}`;
}

function Routes({ of: { routes, enabled } }: { readonly of: ShownProcessor }) {
  if (routes.length === 0) return enabled === null ? 'Not known here' : 'Nothing';
  return routes.map((route) => (
    <Typography key={`${route.methodId}:${route.place}`} variant="body2">
      {routeInWords(route)}
    </Typography>
  ));
}
