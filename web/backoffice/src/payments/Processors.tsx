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
import { WORDS } from '../words/index.ts';

import type { ShownProcessor } from '../graph/generated/operations.ts';

export function Processors() {
  const { data, problem } = useGraph(PAYMENT_PROCESSORS, {});
  const processors = data?.paymentProcessors ?? [];
  const unknown = processors.length > 0 && processors.every(({ enabled }) => enabled === null);
  return (
    <Page
      title={WORDS.frame.screens.paymentProcessors}
      about={WORDS.payments.movesCustomersMoneyWhether}
      problem={problem}
      waiting={data === null}
    >
      {unknown && (
        <Alert severity="info" role="note" sx={{ marginBottom: 2 }}>
          {WORDS.payments.backOfficeWasntGivenFile}
        </Alert>
      )}
      <DataRows
        label={WORDS.payments.paymentProcessors}
        rows={processors}
        id={({ id }) => id}
        nothing={WORDS.payments.thereAreNoProcessors}
        filledBy={WORDS.payments.processorAppearsHereOnce}
        columns={[
          { head: WORDS.common.processor, cell: (processor) => <Named processor={processor} /> },
          { head: WORDS.payments.askedFor, cell: ({ routes, enabled }) => <Lines lines={routes.map(routeInWords)} nothing={enabled === null ? WORDS.payments.notKnownHere : WORDS.common.nothing} /> },
          { head: WORDS.payments.last, cell: (processor) => <Lines lines={lastOf(processor)} nothing={WORDS.payments.neverAsked} /> },
          { head: WORDS.common.waits, cell: (processor) => <Lines lines={waitsInWords(processor, time)} nothing={WORDS.common.nothing} /> },
          { head: WORDS.payments.failedIn24Hours, cell: ({ failures }) => <Lines lines={failuresInWords(failures)} nothing={WORDS.common.none} /> },
        ]}
      />
    </Page>
  );
}

function time(at: string): string {
  return recently(at, null);
}

function lastOf({ answeredAt, movedAt }: ShownProcessor): readonly string[] {
  return [answeredAt === null ? WORDS.payments.noAnswerForAWeek : WORDS.payments.answerToARequestFrom({ answeredAt: time(answeredAt) }), movedAt === null ? WORDS.payments.noMoneyYet : WORDS.payments.moneyAt({ movedAt: time(movedAt) })];
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
