/** The page: session bar, the customer's money, events, and bet-slip with the tracker. */
import { askOver, createRoute, liveOver, type Session } from '@furlong/client';
import { LocaleProvider, localeFor } from '@furlong/club';
import { useCallback, useEffect, useState } from 'react';

import { Bets } from './Bets';
import { slipWords } from './messages';
import { stopOfBets } from './money/breaks/breaks';
import { HeadBalance } from './money/HeadBalance';
import { MoneyPanel } from './money/MoneyPanel';
import type { Part } from './money/parts';
import { useReturning } from './money/payments/useReturning';
import { Prompts } from './money/Prompts';
import { Reminder } from './money/Reminder';
import { Stopped } from './money/Stopped';
import { useMoney } from './money/useMoney';
import { useNow } from './money/useNow';
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
  const now = useNow(rehearsal);
  const money = useMoney({ ask, live }, session ?? NOBODY);
  const [part, setPart] = useState<Part | null>(null);
  useReturning(session ?? NOBODY, money.asked, useCallback(() => setPart('history'), []));
  const stop = stopOfBets(money.state.wallet?.limits ?? [], now);
  const isSignedIn = session !== null && session.customer !== null;

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
          {isSignedIn && <HeadBalance state={money.state} onOpen={() => setPart('history')} />}
          {session !== null && <SessionBar demo={demo} session={session} onSession={choose} />}
        </div>
      </header>
      <main className="page">
        {isSignedIn && <Prompts money={money} onOpen={setPart} />}
        {stop !== null && <Stopped stop={stop} onOpen={() => setPart('history')} />}
        {session !== null && stop === null && (
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
      {isSignedIn && <MoneyPanel money={money} now={now} part={part} onPart={setPart} />}
      {isSignedIn && <Reminder state={money.state} onOpen={setPart} />}
    </LocaleProvider>
  );
}

/** The site's name in the header; before sign-in, only its id is known. */
function nameOf(brand: string): string {
  return brand === '' ? 'Bets' : `${brand.charAt(0).toUpperCase()}${brand.slice(1)}`;
}
