/** The closes of the wallet's days, newest first: whether each is right, and what moved in it. */
import Accordion from '@mui/material/Accordion';
import AccordionDetails from '@mui/material/AccordionDetails';
import AccordionSummary from '@mui/material/AccordionSummary';
import Alert from '@mui/material/Alert';
import ExpandMore from '@mui/icons-material/ExpandMore';
import Stack from '@mui/material/Stack';
import Typography from '@mui/material/Typography';

import { accountName, movementLines, signed, stateOfDay, stoppedBy } from './words.ts';
import { useBrand } from '../frame/brand.tsx';
import { usePages } from '../events/usePages.tsx';
import { EmptyState } from '../look/EmptyState.tsx';
import { ToneChip } from '../look/ToneChip.tsx';
import { money, number } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { Page } from '../operations/page/Page.tsx';
import { useGraph } from '../graph/useGraph.ts';
import { dayOf, moment } from '../time/moments.ts';
import { FINANCE_DAYS } from '../graph/generated/operations.ts';

import type { DayPosition, FinanceDay } from '../graph/generated/operations.ts';

const DAYS = 14;

export function Days() {
  const { after, buttons } = usePages('days');
  const { data, problem } = useGraph(FINANCE_DAYS, { first: DAYS, after });
  const days = data?.financeCloses.nodes ?? [];
  return (
    <Page
      title="Days"
      about="Each day of the wallet (UTC) is closed by proving that all sums agree. A day that differs stops payouts in its currency; nothing is corrected silently."
      problem={problem}
      waiting={data === null}
    >
      {days.length === 0 ? (
        <EmptyState why="No day is closed yet." filledBy="The wallet closes each day some minutes after it has ended." />
      ) : (
        days.map((day, place) => <Day key={day.id} day={day} isFirst={place === 0 && after === null} />)
      )}
      {buttons(data?.financeCloses)}
    </Page>
  );
}

/** @param isFirst whether it is the newest day, which is open at first */
function Day({ day, isFirst }: { readonly day: FinanceDay; readonly isFirst: boolean }) {
  const state = stateOfDay(day);
  return (
    <Accordion variant="outlined" disableGutters defaultExpanded={isFirst} slotProps={{ heading: { component: 'h3' }, transition: { unmountOnExit: true } }}>
      <AccordionSummary expandIcon={<ExpandMore />}>
        <Stack component="span" direction="row" spacing={1} useFlexGap sx={{ flexWrap: 'wrap', alignItems: 'center' }}>
          <Typography component="span" sx={{ minWidth: 64, fontWeight: 600 }}>
            {dayOf(day.day)}
          </Typography>
          <ToneChip {...state} />
          <ToneChip tone={day.signed ? 'good' : 'warning'} label={day.signed ? 'Signed' : 'Unsigned'} />
          {day.begins !== '' && <ToneChip tone="warning" label="Began anew" />}
          <Typography component="span" color="textSecondary">
            {number(day.transfers)} transfers
          </Typography>
        </Stack>
      </AccordionSummary>
      <AccordionDetails>
        <Stack spacing={2}>
          <Typography color="textSecondary">Closed on {moment(day.closedAt, null)} as number {number(day.sequence)}.</Typography>
          {day.differences.length > 0 && <Differences of={day} />}
          {day.begins !== '' && (
            <Alert severity="warning">Its openings were not compared with the day before, because {day.begins}.</Alert>
          )}
          {!day.signed && (
            <Alert severity="info">No key was configured when the day was closed, so nobody can prove later that it was not changed.</Alert>
          )}
          <Positions of={day} />
          <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: 'anywhere' }}>
            Hash of the close: {day.hash}
          </Typography>
        </Stack>
      </AccordionDetails>
    </Accordion>
  );
}

function Differences({ of: { differences } }: { readonly of: FinanceDay }) {
  return (
    <Alert severity="error">
      {stoppedBy(differences)} What differs:
      <ul>
        {differences.map(({ words }, place) => (
          <li key={place}>{words}</li>
        ))}
      </ul>
    </Alert>
  );
}

function Positions({ of: { positions, day } }: { readonly of: FinanceDay }) {
  const { brands } = useBrand();
  const nameOf = (brand: string) => (brand === '' ? 'Not known any more' : (brands.find(({ id }) => id === brand)?.name ?? brand));
  return (
    <DataRows
      label={`Positions on ${dayOf(day)}`}
      rows={positions}
      id={({ id }) => id}
      nothing="There were no accounts on this day."
      columns={[
        { head: 'Brand', cell: ({ brand }) => nameOf(brand) },
        { head: 'Account', cell: ({ account }) => accountName(account) },
        { head: 'Opening', cell: ({ openingMinor, currency }) => money(openingMinor, currency), right: true },
        { head: 'Movements', cell: (position) => <Movements of={position} /> },
        { head: 'Change', cell: ({ openingMinor, closingMinor, currency }) => signed(closingMinor - openingMinor, currency), right: true },
        { head: 'Closing', cell: ({ closingMinor, currency }) => money(closingMinor, currency), right: true },
      ]}
    />
  );
}

function Movements({ of: position }: { readonly of: DayPosition }) {
  const lines = movementLines(position);
  if (lines.length === 0) return 'None';
  return lines.map(({ what, net, transfers }) => (
    <Typography key={what} variant="body2">
      {what}: {net} ({number(transfers)})
    </Typography>
  ));
}
