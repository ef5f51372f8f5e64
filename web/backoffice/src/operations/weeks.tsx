/** The weeks of a brand: their state, what they wait for, and opening or closing one by hand. */
import EventAvailable from '@mui/icons-material/EventAvailable';
import EventBusy from '@mui/icons-material/EventBusy';
import { ToneChip } from '../look/ToneChip.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { ChangeButton } from '../components/ChangeButton.tsx';
import { DataRows } from './page/DataRows.tsx';
import { useOnly } from './page/Only.tsx';
import { Page } from './page/Page.tsx';
import { WeekCustomers } from './WeekCustomers.tsx';
import { useMay } from './page/may.ts';
import { usePolled } from './page/usePolled.ts';
import { word } from '../money/amounts.ts';
import { moment } from '../time/moments.ts';
import { run } from '../graph/graph.ts';
import { CLOSE_WEEK, OPEN_WEEK, WEEKS } from '../graph/generated/operations.ts';
import { weekCell, weekName } from '../time/weeks.ts';

import type { Tone } from '../look/theme.ts';
import type { Week } from '../graph/generated/operations.ts';

const TONES: Readonly<Record<string, Tone>> = { OPEN: 'good', PROVISIONAL: 'waiting' };

function schemeOf({ openedWith, scheme }: Week): string {
  if (openedWith === null || openedWith === scheme) return scheme === null ? '–' : `version ${scheme}`;
  return `version ${openedWith} when opened, ${scheme ?? 'none'} now`;
}

export function Weeks() {
  const { brand } = useBrand();
  const none = brand === null ? NO_BRAND : '';
  const { data, problem } = usePolled(WEEKS, brand === null ? null : { brand }, 5);
  const may = useMay('operations.week');
  const { only, chip } = useOnly('week', weekName);
  return (
    <Page
      title="Weeks"
      about="Weeks open, end and close automatically. What a person opens or closes is recorded; closing takes two people."
      actions={chip}
      problem={problem || none}
      waiting={data === undefined}
    >
      <DataRows
        label="Weeks"
        rows={[...(data?.weeks ?? [])].reverse().filter(({ isoWeek }) => only === null || isoWeek === only)}
        id={({ id }) => id}
        nothing="No week of a club is known here."
        filledBy="A week appears once its brand has scheme rules, and opens by itself when it begins."
        columns={[
          { head: 'Week', cell: ({ isoWeek }) => weekCell(isoWeek) },
          { head: 'For', cell: ({ jurisdiction, currency }) => `${jurisdiction} ${currency}` },
          { head: 'State', cell: ({ state, confirmed }) => <ToneChip tone={TONES[state] ?? 'neutral'} label={`${word(state.toLowerCase())}${confirmed ? ', confirmed' : ''}`} /> },
          { head: 'Waits for', cell: ({ waitsFor, until }) => (waitsFor === null ? '–' : `${waitsFor}${until === null ? '' : `: ${moment(until, brand)}`}`) },
          { head: 'Scheme', cell: schemeOf },
          { head: 'Customers', cell: (week) => week.state !== 'NEXT' && <WeekCustomers {...week} /> },
          { head: 'Change', cell: (week) => may && <ByHand week={week} /> },
        ]}
      />
    </Page>
  );
}

function ByHand({ week }: { readonly week: Week }) {
  const { brand, isoWeek, state, confirmed } = week;
  const input = (reason: string) => ({ input: { brand, isoWeek, reason } });
  if (state === 'NEXT') {
    return (
      <ChangeButton
        label={`Open ${weekName(isoWeek)}`}
        question={`The schemes of ${weekName(isoWeek)} are recorded now. This works once the week has begun.`}
        change={(reason) => run(OPEN_WEEK, input(reason))}
        wantsReason
        icon={<EventAvailable />}
      />
    );
  }
  if (confirmed || state === 'OPEN') return null;
  return (
    <ChangeButton
      label={`Close ${weekName(isoWeek)}`}
      question={`Someone else must approve it. Then what customers earned in ${weekName(isoWeek)} is final.`}
      change={(reason) => run(CLOSE_WEEK, input(reason))}
      wantsReason
      color="error"
      icon={<EventBusy />}
    />
  );
}
