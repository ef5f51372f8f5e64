/** What the house may lose by open bets: by event, and for one of them by selection. */
import { Link, useSearchParams } from 'react-router-dom';

import { Failed } from '../components/Waiting.tsx';
import { EventLiability } from './EventLiability.tsx';
import { SuspendButton } from './SuspendButton.tsx';
import { NO_BRAND, useBrand } from '../frame/brand.tsx';
import { money, number, word } from '../money/amounts.ts';
import { DataRows } from '../operations/page/DataRows.tsx';
import { useMay } from '../operations/page/may.ts';
import { Page } from '../operations/page/Page.tsx';
import { usePolled } from '../operations/page/usePolled.ts';
import { moment } from '../time/moments.ts';
import { BETTING_EVENTS } from '../graph/generated/operations.ts';

import type { EventAtRisk } from '../graph/generated/operations.ts';

const SECONDS = 5;

export function Liability() {
  const { brand } = useBrand();
  return (
    <Page
      title="Liability"
      about="What the house may lose by open bets, the most first. A multiple counts in full at each of its selections, so a sum is never less than what can happen. This page updates automatically."
      problem={brand === null ? NO_BRAND : ''}
      waiting={brand === null}
    >
      {brand !== null && <OfBrand key={brand} brand={brand} />}
    </Page>
  );
}

function OfBrand({ brand }: { readonly brand: string }) {
  const [params] = useSearchParams();
  const event = params.get('event');
  const { data, problem, refresh } = usePolled(BETTING_EVENTS, { brand, sport: '' }, SECONDS);
  const mayTrade = useMay('betting.trade');
  const events = data?.bettingEvents ?? [];
  if (problem !== '' && data === undefined) return <Failed problem={problem} />;
  return (
    <>
      {event !== null && <EventLiability key={event} brand={brand} event={event} name={events.find(({ sportsEventId }) => sportsEventId === event)?.event ?? ''} />}
      <DataRows
        label="Events"
        rows={events}
        id={({ id }) => id}
        nothing={data === undefined ? 'Reading…' : 'No bet is open.'}
        filledBy="Each event on which customers have open bets appears here."
        columns={[
          { head: 'Event', cell: (row) => <EventLink of={row} /> },
          { head: 'Sport', cell: ({ sport }) => word(sport.replaceAll('-', ' ')) },
          { head: 'Starts', cell: ({ startsAt }) => moment(startsAt, brand) },
          { head: 'Open bets', cell: ({ bets }) => number(bets), right: true },
          { head: 'Stakes', cell: ({ stakeMinor, currency }) => money(stakeMinor, currency), right: true },
          { head: 'Worst case', cell: ({ worstMinor, currency }) => money(worstMinor, currency), right: true },
          {
            head: 'Change',
            cell: ({ sportsEventId, event: name }) =>
              mayTrade && <SuspendButton brand={brand} scope="EVENT" target={sportsEventId} name={name} suspended={false} onSettled={refresh} />,
          },
        ]}
      />
    </>
  );
}

function EventLink({ of: { sportsEventId, event } }: { readonly of: EventAtRisk }) {
  return <Link to={`/liability?event=${encodeURIComponent(sportsEventId)}`}>{event}</Link>;
}
