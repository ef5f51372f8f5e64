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
import { WORDS } from '../words/index.ts';

import type { DayPosition, FinanceDay } from '../graph/generated/operations.ts';

const DAYS = 14;

export function Days() {
  const { after, buttons } = usePages(WORDS.finance.days);
  const { data, problem } = useGraph(FINANCE_DAYS, { first: DAYS, after });
  const days = data?.financeCloses.nodes ?? [];
  return (
    <Page
      title={WORDS.frame.screens.days}
      about={WORDS.finance.eachDayWalletUtcClosed}
      problem={problem}
      waiting={data === null}
    >
      {days.length === 0 ? (
        <EmptyState why={WORDS.finance.noDayIsClosedYet} filledBy={WORDS.finance.walletClosesEachDaySome} />
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
          <ToneChip tone={day.signed ? 'good' : 'warning'} label={day.signed ? WORDS.finance.signed : WORDS.finance.unsigned} />
          {day.begins !== '' && <ToneChip tone="warning" label={WORDS.finance.beganAnew} />}
          <Typography component="span" color="textSecondary">
            {WORDS.finance.transfers({ count: day.transfers, shown: number(day.transfers) })}
          </Typography>
        </Stack>
      </AccordionSummary>
      <AccordionDetails>
        <Stack spacing={2}>
          <Typography color="textSecondary">{WORDS.finance.closedOnAsNumber({ closedAt: moment(day.closedAt, null), sequence: number(day.sequence) })}</Typography>
          {day.differences.length > 0 && <Differences of={day} />}
          {day.begins !== '' && (
            <Alert severity="warning">{WORDS.finance.openingsNotComparedDay({ begins: day.begins })}</Alert>
          )}
          {!day.signed && (
            <Alert severity="info">{WORDS.finance.noKeyConfiguredWhenDay}</Alert>
          )}
          <Positions of={day} />
          <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: 'anywhere' }}>
            {WORDS.finance.hashOfTheClose({ hash: day.hash })}
          </Typography>
        </Stack>
      </AccordionDetails>
    </Accordion>
  );
}

function Differences({ of: { differences } }: { readonly of: FinanceDay }) {
  return (
    <Alert severity="error">
      {WORDS.finance.whatDiffers({ differences: stoppedBy(differences) })}
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
  const nameOf = (brand: string) => (brand === '' ? WORDS.finance.notKnownAnyMore : (brands.find(({ id }) => id === brand)?.name ?? brand));
  return (
    <DataRows
      label={WORDS.finance.positionsOn({ day: dayOf(day) })}
      rows={positions}
      id={({ id }) => id}
      nothing={WORDS.finance.thereWereNoAccountsOnThisDay}
      columns={[
        { head: WORDS.common.brand, cell: ({ brand }) => nameOf(brand) },
        { head: WORDS.common.account, cell: ({ account }) => accountName(account) },
        { head: WORDS.finance.opening, cell: ({ openingMinor, currency }) => money(openingMinor, currency), right: true },
        { head: WORDS.finance.movements, cell: (position) => <Movements of={position} /> },
        { head: WORDS.common.change, cell: ({ openingMinor, closingMinor, currency }) => signed(closingMinor - openingMinor, currency), right: true },
        { head: WORDS.finance.closing, cell: ({ closingMinor, currency }) => money(closingMinor, currency), right: true },
      ]}
    />
  );
}

function Movements({ of: position }: { readonly of: DayPosition }) {
  const lines = movementLines(position);
  if (lines.length === 0) return WORDS.common.none;
  return lines.map(({ what, net, transfers }) => (
    <Typography key={what} variant="body2">
      {what}: {net} ({number(transfers)})
    </Typography>
  ));
}
