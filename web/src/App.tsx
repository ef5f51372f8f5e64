/** The page: session bar, race card, and bet-slip with the tracker. */
import { useEffect, useState } from 'react';

import { askOver } from './graphql/ask';
import { RehearsalBanner } from './session/RehearsalBanner';
import { fetchDemo, sessionOfCustomer, type Demo, type Session } from './session/session';
import { SessionBar } from './session/SessionBar';
import { RaceCard } from './slip/RaceCard';
import { FIRST_SELECTION, RACES, type Selection } from './slip/race';
import { SlipOfSession } from './slip/SlipOfSession';

const ask = askOver((input, init) => fetch(input, init));
const NOBODY: Session = { brand: '', token: null, customer: null };

export function App() {
  const [demo, setDemo] = useState<Demo | null>(null);
  const [session, setSession] = useState<Session | null>(null);
  const [selection, setSelection] = useState<Selection>(FIRST_SELECTION);

  useEffect(() => {
    let wanted = true;
    void fetchDemo(fetch).then((found) => {
      if (!wanted) return;
      const [first] = found?.customers ?? [];
      setDemo(found);
      setSession(first === undefined ? { ...NOBODY, brand: found?.brand ?? '' } : sessionOfCustomer(first));
    });
    return () => {
      wanted = false;
    };
  }, []);

  return (
    <>
      <RehearsalBanner />
      <header className="site">
        <div className="site-inner">
          <h1 className="wordmark">{nameOf(session?.brand ?? '')}</h1>
          {session !== null && <SessionBar demo={demo} session={session} onSession={setSession} />}
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
            key={`${session.brand}:${session.token ?? ''}`}
            ask={ask}
            session={session}
            placesBets={demo !== null}
            selection={selection}
          />
        )}
      </main>
      <footer className="site-foot">
        <p>18+. Race, runners and prices are invented, and no money is staked here.</p>
      </footer>
    </>
  );
}

/** The site's name in the header: before anybody is signed in, only its id is known. */
function nameOf(brand: string): string {
  return brand === '' ? 'Bets' : `${brand.charAt(0).toUpperCase()}${brand.slice(1)}`;
}
