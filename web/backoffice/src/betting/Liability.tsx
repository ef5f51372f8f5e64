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
import { WORDS } from '../words/index.ts';

import type { EventAtRisk } from '../graph/generated/operations.ts';

const SECONDS = 5;

export function Liability() {
  const { brand } = useBrand();
  return (
    <Page
      title={WORDS.frame.screens.liability}
      about={WORDS.betting.whatHouseMayLoseOpenBets}
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
        label={WORDS.common.events}
        rows={events}
        id={({ id }) => id}
        nothing={data === undefined ? WORDS.betting.reading : WORDS.betting.noBetIsOpen}
        filledBy={WORDS.betting.eachEventCustomersOpenBets}
        columns={[
          { head: WORDS.common.event, cell: (row) => <EventLink of={row} /> },
          { head: WORDS.common.sport, cell: ({ sport }) => word(sport.replaceAll('-', ' ')) },
          { head: WORDS.common.starts, cell: ({ startsAt }) => moment(startsAt, brand) },
          { head: WORDS.common.openBets, cell: ({ bets }) => number(bets), right: true },
          { head: WORDS.common.stakes, cell: ({ stakeMinor, currency }) => money(stakeMinor, currency), right: true },
          { head: WORDS.common.worstCase, cell: ({ worstMinor, currency }) => money(worstMinor, currency), right: true },
          {
            head: WORDS.common.change,
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
