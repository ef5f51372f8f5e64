/** The page: session bar, race card, and bet-slip with the tracker. */
import { askOver, createRoute, liveOver, type Session } from '@furlong/client';
import { LocaleProvider, localeFor } from '@furlong/club';
import { useEffect, useState } from 'react';

import { slipWords } from './messages';
import { RehearsalBanner } from './session/RehearsalBanner';
import { fetchDemo, sessionAtStart, type Demo } from './session/demo';
import { rememberCustomer, rememberedCustomer } from './session/remembered';
import { SessionBar } from './session/SessionBar';
import { RaceCard } from './slip/RaceCard';
import { FIRST_SELECTION, RACES, type Selection } from './slip/race';
import { SlipOfSession } from './slip/SlipOfSession';

/** The language of `?lang=`, or else the visitor's. */
const asked = new URLSearchParams(window.location.search).get('lang');
const locale = localeFor(asked === null ? navigator.languages : [asked]);
const route = createRoute((input, init) => fetch(input, init));
const ask = askOver(route.fetch, '/graphql', locale.tag);
const live = liveOver(new URL('/graphql', window.location.href).href, locale.tag, route);
const NOBODY: Session = { brand: '', token: null, customer: null };

export function App() {
  const [demo, setDemo] = useState<Demo | null>(null);
  const [session, setSession] = useState<Session | null>(null);
  const [selection, setSelection] = useState<Selection>(FIRST_SELECTION);

  useEffect(() => {
    document.documentElement.lang = locale.tag;
    document.documentElement.dir = locale.direction;
    let wanted = true;
    void fetchDemo(fetch).then((found) => {
      if (!wanted) return;
      setDemo(found);
      setSession(found === null ? NOBODY : sessionAtStart(found, rememberedCustomer()));
    });
    return () => {
      wanted = false;
    };
  }, []);

  function choose(chosen: Session): void {
    rememberCustomer(chosen.customer);
    setSession(chosen);
  }

  return (
    <LocaleProvider value={locale}>
      <RehearsalBanner />
      <header className="site">
        <div className="site-inner">
          <h1 className="wordmark">{nameOf(session?.brand ?? '')}</h1>
          {session !== null && <SessionBar demo={demo} session={session} onSession={choose} />}
        </div>
      </header>
      <main className="page">
        <div className="races">
          {RACES.map((race) => (
            <RaceCard key={race.id} race={race} selected={selection.runner} onSelect={setSelection} />
          ))}
        </div>
        {session !== null && (
          <SlipOfSession
            key={`${session.brand}:${session.customer ?? ''}`}
            ask={ask}
            live={live}
            session={session}
            placesBets={demo !== null}
            selection={selection}
          />
        )}
      </main>
      <footer className="site-foot">
        <p>{slipWords(locale).invented}</p>
      </footer>
    </LocaleProvider>
  );
}

/** The site's name in the header; before sign-in, only its id is known. */
function nameOf(brand: string): string {
  return brand === '' ? 'Bets' : `${brand.charAt(0).toUpperCase()}${brand.slice(1)}`;
}
