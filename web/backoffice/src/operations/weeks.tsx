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
import { WORDS } from '../words/index.ts';

import type { Tone } from '../look/theme.ts';
import type { Week } from '../graph/generated/operations.ts';

const TONES: Readonly<Record<string, Tone>> = { OPEN: 'good', PROVISIONAL: 'waiting' };

function schemeOf({ openedWith, scheme }: Week): string {
  if (openedWith === null || openedWith === scheme) return scheme === null ? '–' : WORDS.common.versionNumbered({ configVersion: scheme });
  return WORDS.operations.versionWhenOpenedNow({ openedWith, scheme: scheme ?? WORDS.common.noneInline });
}

export function Weeks() {
  const { brand } = useBrand();
  const none = brand === null ? NO_BRAND : '';
  const { data, problem } = usePolled(WEEKS, brand === null ? null : { brand }, 5);
  const may = useMay('operations.week');
  const { only, chip } = useOnly('week', weekName);
  return (
    <Page
      title={WORDS.frame.screens.weeks}
      about={WORDS.operations.weeksOpenEndClose}
      actions={chip}
      problem={problem || none}
      waiting={data === undefined}
    >
      <DataRows
        label={WORDS.common.weeks}
        rows={[...(data?.weeks ?? [])].reverse().filter(({ isoWeek }) => only === null || isoWeek === only)}
        id={({ id }) => id}
        nothing={WORDS.operations.noWeekOfAClubIsKnownHere}
        filledBy={WORDS.operations.weekAppearsOnceBrandScheme}
        columns={[
          { head: WORDS.common.week, cell: ({ isoWeek }) => weekCell(isoWeek) },
          { head: WORDS.common.for, cell: ({ jurisdiction, currency }) => `${jurisdiction} ${currency}` },
          { head: WORDS.common.state, cell: ({ state, confirmed }) => <ToneChip tone={TONES[state] ?? 'neutral'} label={confirmed ? WORDS.operations.confirmed({ state: word(state.toLowerCase()) }) : word(state.toLowerCase())} /> },
          { head: WORDS.operations.waitsFor, cell: ({ waitsFor, until }) => (waitsFor === null ? '–' : `${waitsFor}${until === null ? '' : `: ${moment(until, brand)}`}`) },
          { head: WORDS.operations.scheme, cell: schemeOf },
          { head: WORDS.common.customers, cell: (week) => week.state !== 'NEXT' && <WeekCustomers {...week} /> },
          { head: WORDS.common.change, cell: (week) => may && <ByHand week={week} /> },
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
        label={WORDS.operations.open({ week: weekName(isoWeek) })}
        done={WORDS.common.deedDone.weekOpened}
        question={WORDS.operations.theSchemesOfAreRecordedNow({ week: weekName(isoWeek) })}
        change={(reason) => run(OPEN_WEEK, input(reason))}
        wantsReason
        icon={<EventAvailable />}
      />
    );
  }
  if (confirmed || state === 'OPEN') return null;
  return (
    <ChangeButton
      label={WORDS.operations.close({ week: weekName(isoWeek) })}
      done={WORDS.common.submittedForApproval}
      question={WORDS.operations.someoneElseMustApproveIt({ week: weekName(isoWeek) })}
      change={(reason) => run(CLOSE_WEEK, input(reason))}
      wantsReason
      color="error"
      icon={<EventBusy />}
    />
  );
}
