/** What a customer has, and what happened with it. */
import { shortReference, useLocale } from '@furlong/club';

import type { Part } from '../parts';
import { PaymentsPart } from '../payments/PaymentsPart';
import type { MoneyControls } from '../useMoney';
import type { Wallet } from '../wallet';
import { entryTime, kindInWords, moneyWords, signed, stateInWords } from '../words';
import type { Entry } from './history';
import { useHistory } from './useHistory';

interface HistoryPartProps {
  readonly money: MoneyControls;
  readonly wallet: Wallet;
  readonly now: number;
  readonly onPart: (part: Part) => void;
}

export function HistoryPart({ money, wallet, now, onPart }: HistoryPartProps) {
  const { balance, bonus, withdrawable, payments } = wallet;
  const amounts = [balance, bonus, withdrawable].map((amount) => amount?.minor ?? '').join('/');
  const occasion = `${amounts} ${payments.map(({ id, state }) => `${id}=${state}`).join(' ')}`;
  return (
    <>
      <Amounts wallet={wallet} />
      <PaymentsPart key={money.state.about} money={money} wallet={wallet} now={now} occasion={occasion} onPart={onPart} />
      <Entries key={`${money.state.about} history`} money={money} occasion={occasion} />
    </>
  );
}

function Amounts({ wallet: { balance, withdrawable, bonus } }: Pick<HistoryPartProps, 'wallet'>) {
  const locale = useLocale();
  const words = moneyWords(locale);
  return (
    <dl className="amounts" data-testid="amounts">
      <div>
        <dt>{words.cash}</dt>
        <dd data-testid="amount-cash">
          <bdi>{locale.money(balance)}</bdi>
        </dd>
      </div>
      {withdrawable !== null && (
        <div>
          <dt>{words.withdrawable}</dt>
          <dd data-testid="amount-withdrawable">
            <bdi>{locale.money(withdrawable)}</bdi>
          </dd>
          <dd className="money-help">{words.withdrawableHelp}</dd>
        </div>
      )}
      <div>
        <dt>{words.bonus}</dt>
        <dd data-testid="amount-bonus">
          <bdi>{locale.money(bonus)}</bdi>
        </dd>
        <dd className="money-help">{words.bonusHelp}</dd>
      </div>
    </dl>
  );
}

function Entries({ money: { ask, session }, occasion }: { readonly money: MoneyControls; readonly occasion: string }) {
  const words = moneyWords(useLocale());
  const { history, showMore, retry } = useHistory(ask, session, occasion);
  const { entries, next, isReading, hasFailed } = history;
  return (
    <section aria-labelledby="money-history-title">
      <h3 id="money-history-title">{words.history}</h3>
      {entries !== null && entries.length > 0 && <p className="money-help">{words.zone}</p>}
      {hasFailed && (
        <div className="money-warning" role="status" data-testid="history-failed">
          <p>{words.historyUnreached}</p>
          <button type="button" className="quiet" data-testid="retry-history" onClick={retry}>
            {words.retry}
          </button>
        </div>
      )}
      {entries === null && !hasFailed && <p role="status">{words.loading}</p>}
      {entries?.length === 0 && !hasFailed && <p data-testid="no-history">{words.noHistory}</p>}
      <ul className="entries">
        {entries?.map((entry) => (
          <EntryRow key={entry.id} entry={entry} />
        ))}
      </ul>
      {next !== null && (
        <button type="button" className="quiet" data-testid="more-history" aria-disabled={isReading} onClick={showMore}>
          {isReading ? words.loading : words.more}
        </button>
      )}
    </section>
  );
}

function EntryRow({ entry }: { readonly entry: Entry }) {
  const locale = useLocale();
  const words = moneyWords(locale);
  const { at, kind, state, reference, credits, amount } = entry;
  return (
    <li className="entry" data-testid="entry" data-kind={kind} data-state={state}>
      <span className="entry-kind">{kindInWords(entry, words)}</span>
      <span className="entry-amount">
        <bdi>{signed(amount, locale)}</bdi>
      </span>
      <span className="entry-facts">
        <time dateTime={at}>{entryTime(at, locale)}</time>
        {state !== 'POSTED' && <span className="entry-state">{stateInWords(entry, words)}</span>}
        {credits.minor !== 0 && credits.minor !== amount.minor && (
          <span>{locale.fill(words.ofBonus, { amount: signed(credits, locale) })}</span>
        )}
        {reference !== null && (
          <span className="entry-reference">
            {locale.words.reference} <bdi>{shortReference(reference)}</bdi>
          </span>
        )}
      </span>
    </li>
  );
}
