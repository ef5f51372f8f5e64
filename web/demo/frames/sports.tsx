/** Mounts events, the slip with the club in it, receipts and the customer's bets in a frame. */
import { useLocale } from '@furlong/club';
import { useState } from 'react';

import { freeBetsOf } from '../betting/freeBets';
import { stopOf, stopOfBets } from '../money/breaks/breaks';
import { useNow } from '../money/useNow';
import { useRehearsal } from '../session/useRehearsal';
import { OfflineBanner } from '../site/OfflineBanner';
import { Site } from '../site/Site';
import { siteWords } from '../site/words';
import { FrameBalance } from './FrameBalance';
import { askForMoney, type FramedProps, showFramed } from './framed';
import { useMoneyOfFrame } from './useMoneyOfFrame';
import '../slip/slip.css';
import '../betting/betting.css';

const SHOWN = ['sports', 'bets'] as const;
type Shown = (typeof SHOWN)[number];

function Sports(props: FramedProps) {
  const { ask, live, session, tell } = props;
  const words = siteWords(useLocale());
  const [page, setPage] = useState<Shown>('sports');
  const rehearsal = useRehearsal();
  const now = useNow(rehearsal);
  const money = useMoneyOfFrame(props);
  const limits = money.state.wallet?.limits ?? [];

  function go(next: Shown): void {
    setPage(next);
    tell({ type: 'furlong:show', top: 0 });
  }

  return (
    <>
      <OfflineBanner />
      <header className="frame-head">
        <nav aria-label={words.nav}>
          {SHOWN.map((shown) => (
            <button key={shown} type="button" data-testid={`nav-${shown}`} aria-current={shown === page ? 'page' : undefined} onClick={() => setPage(shown)}>
              {words.pages[shown]}
            </button>
          ))}
        </nav>
        <FrameBalance state={money.state} />
      </header>
      <main className="page">
        <Site
          ask={ask}
          live={live}
          session={session}
          page={page}
          hasGames={false}
          group={null}
          now={now}
          rehearsal={rehearsal}
          currency={money.state.wallet?.balance.currency ?? null}
          freeBets={freeBetsOf(money.state.wallet, now)}
          stops={{ bets: stopOfBets(limits, now), games: stopOf('CASINO', limits, now) }}
          isSignedOut={money.state.standing === 'signed-out'}
          onPage={(next) => go(next === 'bets' ? 'bets' : 'sports')}
          onMoney={(part) => askForMoney(tell, part)}
          onPlaced={() => {
            money.refresh();
            tell({ type: 'furlong:money-moved' });
          }}
        />
      </main>
    </>
  );
}

showFramed(Sports);
