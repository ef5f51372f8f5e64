/** The site: session bar, the customer's money, and the pages with the bet-slip and the tracker. */
import { askOver, createRoute, liveOver, type Session } from '@furlong/client';
import { LocaleProvider, localeFor } from '@furlong/club';
import { useCallback, useEffect, useState } from 'react';

import { freeBetsOf } from './betting/freeBets';
import { slipWords } from './messages';
import { stopOf, stopOfBets } from './money/breaks/breaks';
import { HeadBalance } from './money/HeadBalance';
import { MoneyPanel } from './money/MoneyPanel';
import type { Part } from './money/parts';
import { useReturning } from './money/payments/useReturning';
import { Prompts } from './money/Prompts';
import { Reminder } from './money/Reminder';
import { useMoney } from './money/useMoney';
import { useNow } from './money/useNow';
import { RehearsalBanner } from './session/RehearsalBanner';
import { fetchDemo, hasBlock, sessionAtStart, type Demo } from './session/demo';
import { rememberCustomer, rememberedCustomer } from './session/remembered';
import { SessionBar } from './session/SessionBar';
import { useRehearsal } from './session/useRehearsal';
import { OfflineBanner } from './site/OfflineBanner';
import { type Page, PAGES, usePage } from './site/pages';
import { Site } from './site/Site';
import { SiteNav } from './site/SiteNav';

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
  const limits = money.state.wallet?.limits ?? [];
  const [{ page, group }, go] = usePage();
  const isSignedIn = session !== null && session.customer !== null;
  const pages = pagesOf(demo);

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
      <OfflineBanner />
      <RehearsalBanner time={rehearsal} />
      <header className="site">
        <div className="site-inner">
          <h1 className="wordmark">{nameOf(session?.brand ?? '')}</h1>
          {isSignedIn && <HeadBalance state={money.state} onOpen={() => setPart('history')} />}
          {session !== null && <SessionBar demo={demo} session={session} onSession={choose} />}
        </div>
        {session !== null && <SiteNav pages={pages} shown={page} onPage={go} />}
      </header>
      <main className="page">
        {isSignedIn && <Prompts money={money} onOpen={setPart} />}
        {session !== null && (
          <Site
            key={session.brand}
            ask={ask}
            live={live}
            session={session}
            page={page}
            hasGames={pages.includes('casino')}
            group={group}
            now={now}
            rehearsal={rehearsal}
            currency={money.state.wallet?.balance.currency ?? null}
            freeBets={freeBetsOf(money.state.wallet, now)}
            stops={{ bets: stopOfBets(limits, now), games: stopOf('CASINO', limits, now) }}
            isSignedOut={money.state.standing === 'signed-out'}
            onPage={go}
            onMoney={setPart}
            onPlaced={money.refresh}
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

/** The pages that this server has something for. */
function pagesOf(demo: Demo | null): readonly Page[] {
  const missing: Readonly<Partial<Record<Page, string>>> = { bets: 'bets', casino: 'lobby' };
  return PAGES.filter((page) => hasBlock(demo, missing[page] ?? '') || missing[page] === undefined);
}

/** The site's name in the header; before sign-in, only its id is known. */
function nameOf(brand: string): string {
  return brand === '' ? 'Bets' : `${brand.charAt(0).toUpperCase()}${brand.slice(1)}`;
}
