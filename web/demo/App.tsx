/** The page: session bar, events, and bet-slip with the tracker. */
import { askOver, createRoute, liveOver, type Session } from '@furlong/client';
import { LocaleProvider, localeFor } from '@furlong/club';
import { useEffect, useState } from 'react';

import { Bets } from './Bets';
import { slipWords } from './messages';
import { RehearsalBanner } from './session/RehearsalBanner';
import { fetchDemo, sessionAtStart, type Demo } from './session/demo';
import { rememberCustomer, rememberedCustomer } from './session/remembered';
import { SessionBar } from './session/SessionBar';
import { useRehearsal } from './session/useRehearsal';

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
  const rehearsal = useRehearsal();

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
      <RehearsalBanner time={rehearsal} />
      <header className="site">
        <div className="site-inner">
          <h1 className="wordmark">{nameOf(session?.brand ?? '')}</h1>
          {session !== null && <SessionBar demo={demo} session={session} onSession={choose} />}
        </div>
      </header>
      <main className="page">
        {session !== null && (
          <Bets
            key={session.brand}
            ask={ask}
            live={live}
            session={session}
            placesBets={demo !== null}
            rehearsal={rehearsal}
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
