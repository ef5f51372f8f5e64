/** One limit: what holds, what is used of it, a raise that waits, and the form that changes it. */
import { useLocale } from '@furlong/club';
import { useId, useRef, useState } from 'react';

import { ChangeNotice } from '../ChangeNotice';
import type { SettableKind } from '../change';
import type { MoneyControls } from '../useMoney';
import { useSending } from '../useSending';
import type { Limit, Wallet } from '../wallet';
import { minutesInWords, momentInWords, moneyWords, valueInWords } from '../words';
import { LimitForm } from './LimitForm';
import { limitOfKind, raiseOf, usedOf, valueOf } from './limits';
import { WaitingRaise } from './WaitingRaise';

interface LimitRowProps {
  readonly kind: SettableKind;
  readonly money: MoneyControls;
  readonly wallet: Wallet;
  readonly now: number;
}

export function LimitRow({ kind, money, wallet, now }: LimitRowProps) {
  const id = useId();
  const locale = useLocale();
  const words = moneyWords(locale);
  const sending = useSending(money);
  const [isOpen, setOpen] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  const limit = limitOfKind(wallet.limits, kind);
  const present = valueOf(limit);
  const currency = limit?.amount?.currency ?? wallet.balance.currency;
  const raise = raiseOf(limit, now);

  /** Sends a limit; what was pressed may be gone after it. */
  async function send(amount: number | null, done: string, confirms = false): Promise<void> {
    const change = { kind: 'set-limit', brand: money.session.brand, limit: kind, amount, currency: wallet.balance.currency, confirms } as const;
    if (await sending.send(change, done)) close();
  }

  function close(): void {
    setOpen(false);
    toggle.current?.focus();
  }

  const opening = present === null ? words.setThis : words.changeThis;
  return (
    <li className="limit" data-testid={`limit-${kind}`}>
      <div className="limit-head">
        <h4 id={id}>{words.limits[kind]}</h4>
        <p className="limit-value" data-testid="limit-value">
          {present === null ? words.noLimit : <bdi>{valueInWords(kind, present, currency, locale)}</bdi>}
        </p>
      </div>
      {limit !== undefined && <Usage kind={kind} limit={limit} currency={currency} />}
      <p className="money-help">{words.limitHelp[kind]}</p>
      {raise !== null && present !== null && (
        <WaitingRaise kind={kind} raise={raise} present={present} currency={currency} sending={sending} onSend={send} />
      )}
      {isOpen && (
        <LimitForm
          kind={kind}
          limit={limit}
          raise={raise}
          currency={wallet.balance.currency}
          now={now}
          labelledBy={id}
          sending={sending}
          onSend={send}
        />
      )}
      <button
        ref={toggle}
        type="button"
        className="quiet"
        data-testid="change-limit"
        aria-expanded={isOpen}
        aria-label={isOpen ? undefined : locale.fill(opening, { limit: words.limits[kind] })}
        onClick={() => {
          sending.forget();
          setOpen(!isOpen);
        }}
      >
        {isOpen && words.cancel}
        {!isOpen && (present === null ? words.set : words.change)}
      </button>
      <ChangeNotice sending={sending} onDone={close} />
    </li>
  );
}

interface UsageProps {
  readonly kind: SettableKind;
  readonly limit: Limit;
  readonly currency: string;
}

function Usage({ kind, limit, currency }: UsageProps) {
  const locale = useLocale();
  const words = moneyWords(locale);
  const [used, value] = [usedOf(limit), valueOf(limit)];
  if (used === null || value === null) return null;
  if (kind === 'SESSION_MINUTES') {
    return <p className="limit-used">{locale.fill(words.reminderText, { time: minutesInWords(used, locale) })}</p>;
  }
  const figures = { used: valueInWords(kind, used, currency, locale), limit: valueInWords(kind, value, currency, locale) };
  return (
    <div className="limit-used">
      <progress max={Math.max(value, 1)} value={Math.min(used, value)} aria-hidden="true" />
      <p data-testid="limit-used">{locale.fill(words.used, figures)}</p>
      {limit.until !== null && <p data-testid="limit-until">{locale.fill(words.frameEnds, { moment: momentInWords(limit.until, locale) })}</p>}
    </div>
  );
}
