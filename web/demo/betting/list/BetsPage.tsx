/** The customer's bets: those that are open, and those that have a result. */
import type { Ask, ConnectLive, Session } from '@furlong/client';
import { useLocale } from '@furlong/club';

import type { Bet } from '../request';
import { betWords } from '../words';
import { BetRow } from './BetRow';
import { type BetList, isOpenBet } from './betList';
import { type BetListControls, useBetList } from './useBetList';

interface BetsPageProps {
  readonly ask: Ask;
  readonly live: ConnectLive;
  readonly session: Session;
  /** The present moment, in milliseconds. */
  readonly now: number;
}

export function BetsPage({ ask, live, session, now }: BetsPageProps) {
  const words = betWords(useLocale());
  const controls = useBetList(ask, live, session);
  return (
    <section className="card my-bets" aria-labelledby="bets-title" data-testid="my-bets">
      <header className="events-head">
        <h2 id="bets-title">{words.title}</h2>
      </header>
      {session.token === null ? <p className="events-note">{words.signIn}</p> : <Listed {...controls} now={now} />}
    </section>
  );
}

function Listed({ list, showMore, retry, now }: BetListControls & { readonly now: number }) {
  const words = betWords(useLocale());
  const { bets, next, isReading, isMissing } = list;
  if (isMissing) return <p className="events-note">{words.none}</p>;
  return (
    <>
      <Note list={list} onRetry={retry} />
      {bets !== null && (
        <>
          <Group title={words.open} empty={words.noOpen} bets={bets.filter(isOpenBet)} testid="open-bets" now={now} />
          <Group
            title={words.settled}
            empty={words.noSettled}
            bets={bets.filter((bet) => !isOpenBet(bet) && bet.status !== 'REFUSED')}
            testid="settled-bets"
            now={now}
          />
        </>
      )}
      {next !== null && (
        <button type="button" className="quiet more" data-testid="more-bets" aria-disabled={isReading} onClick={showMore}>
          {isReading ? words.loading : words.more}
        </button>
      )}
    </>
  );
}

function Note({ list: { bets, hasFailed }, onRetry }: { readonly list: BetList; readonly onRetry: () => void }) {
  const words = betWords(useLocale());
  if (!hasFailed) {
    return (
      <p className="visually-hidden" role="status">
        {bets === null ? words.loading : ''}
      </p>
    );
  }
  return (
    <div className="money-warning bets-warning" role="status" data-testid="bets-failed">
      <p>{bets === null ? words.unreached : words.stale}</p>
      <button type="button" className="quiet" data-testid="retry-bets" onClick={onRetry}>
        {words.retry}
      </button>
    </div>
  );
}

interface GroupProps {
  readonly title: string;
  readonly empty: string;
  readonly bets: readonly Bet[];
  readonly testid: string;
  readonly now: number;
}

function Group({ title, empty, bets, testid, now }: GroupProps) {
  return (
    <section className="bet-group" aria-label={title} data-testid={testid}>
      <h3>{title}</h3>
      {bets.length === 0 && <p className="event-note">{empty}</p>}
      <ul>
        {bets.map((bet) => (
          <BetRow key={bet.id} bet={bet} now={now} />
        ))}
      </ul>
    </section>
  );
}
