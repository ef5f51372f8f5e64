/** The panel of a customer's money: balance and history, limits, and breaks. */
import { useLocale } from '@furlong/club';
import { useEffect, useId, useRef, type KeyboardEvent } from 'react';

import { BreaksPart } from './breaks/BreaksPart';
import { HistoryPart } from './history/HistoryPart';
import { LimitsPart } from './limits/LimitsPart';
import { type Part, PARTS } from './parts';
import type { MoneyControls } from './useMoney';
import { isElsewhere, type Standing, type Wallet } from './wallet';
import { moneyWords } from './words';

interface MoneyPanelProps {
  readonly money: MoneyControls;
  readonly now: number;
  /** Null: closed. */
  readonly part: Part | null;
  readonly onPart: (part: Part | null) => void;
}

export function MoneyPanel({ money, now, part, onPart }: MoneyPanelProps) {
  const id = useId();
  const words = moneyWords(useLocale());
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = part !== null;
  const { wallet } = money.state;

  useEffect(() => {
    if (isOpen && dialog.current?.open === false) dialog.current.showModal();
    if (!isOpen) dialog.current?.close();
  }, [isOpen]);

  return (
    <dialog ref={dialog} className="money" aria-labelledby={`${id}-title`} data-testid="money" onClose={() => onPart(null)}>
      {part !== null && (
        <>
          <header className="money-head">
            <h2 id={`${id}-title`}>{words.title}</h2>
            <button type="button" className="money-close" data-testid="close-money" onClick={() => onPart(null)}>
              {words.close}
            </button>
          </header>
          {wallet !== null && isElsewhere(wallet) ? (
            <div className="money-part" data-testid="money-elsewhere">
              <PartOf part={part} money={money} now={now} onPart={onPart} />
            </div>
          ) : (
            <>
              <Tabs id={id} part={part} onPart={onPart} />
              <div key={part} className="money-part" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${part}`} data-testid={`money-${part}`}>
                <PartOf part={part} money={money} now={now} onPart={onPart} />
              </div>
            </>
          )}
        </>
      )}
    </dialog>
  );
}

interface TabsProps {
  readonly id: string;
  readonly part: Part;
  readonly onPart: (part: Part) => void;
}

function Tabs({ id, part, onPart }: TabsProps) {
  const locale = useLocale();
  const words = moneyWords(locale);

  function move(event: KeyboardEvent<HTMLDivElement>): void {
    const forward = locale.direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
    const back = locale.direction === 'rtl' ? 'ArrowRight' : 'ArrowLeft';
    const steps: Readonly<Partial<Record<string, number>>> = { [forward]: 1, [back]: -1 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = PARTS[(PARTS.indexOf(part) + step + PARTS.length) % PARTS.length] ?? part;
    onPart(next);
    document.getElementById(`${id}-${next}`)?.focus();
  }

  return (
    <div className="money-tabs" role="tablist" tabIndex={-1} aria-label={words.title} onKeyDown={move}>
      {PARTS.map((each) => (
        <button
          key={each}
          type="button"
          role="tab"
          id={`${id}-${each}`}
          aria-selected={each === part}
          aria-controls={`${id}-panel`}
          tabIndex={each === part ? 0 : -1}
          data-testid={`tab-${each}`}
          onClick={() => onPart(each)}
        >
          {words.parts[each]}
        </button>
      ))}
    </div>
  );
}

interface PartProps {
  readonly part: Part;
  readonly money: MoneyControls;
  readonly now: number;
  readonly onPart: (part: Part) => void;
}

/** A part of the panel, or why there is nothing to show. */
function PartOf({ part, money, now, onPart }: PartProps) {
  const words = moneyWords(useLocale());
  const { standing, wallet } = money.state;
  if (wallet === null) return <Missing standing={standing} onRetry={money.refresh} />;
  return (
    <>
      {standing === 'stale' && (
        <p className="money-warning" role="status" data-testid="money-stale">
          {words.stale}{' '}
          <button type="button" className="quiet" onClick={money.refresh}>
            {words.retry}
          </button>
        </p>
      )}
      {isElsewhere(wallet) ? <Elsewhere wallet={wallet} /> : <Shown part={part} money={money} wallet={wallet} now={now} onPart={onPart} />}
    </>
  );
}

/** The balance at the betting site, and what is done there. */
function Elsewhere({ wallet: { balance } }: { readonly wallet: Wallet }) {
  const locale = useLocale();
  const words = moneyWords(locale);
  return (
    <>
      <dl className="amounts" data-testid="amounts">
        <div>
          <dt>{words.cash}</dt>
          <dd data-testid="amount-cash">
            <bdi>{locale.money(balance)}</bdi>
          </dd>
        </div>
      </dl>
      <p className="money-help">{words.elsewhere}</p>
    </>
  );
}

function Shown({ part, money, wallet, now, onPart }: PartProps & { readonly wallet: Wallet }) {
  switch (part) {
    case 'history':
      return <HistoryPart money={money} wallet={wallet} now={now} onPart={onPart} />;
    case 'limits':
      return <LimitsPart money={money} wallet={wallet} now={now} />;
    case 'breaks':
      return <BreaksPart money={money} wallet={wallet} now={now} />;
  }
}

function Missing({ standing, onRetry }: { readonly standing: Standing; readonly onRetry: () => void }) {
  const words = moneyWords(useLocale());
  switch (standing) {
    case 'none':
      return <p>{words.none}</p>;
    case 'signed-out':
      return <p>{words.signedOut}</p>;
    case 'unreached':
      return (
        <div className="money-warning" role="status" data-testid="money-unreached">
          <p>{words.unreached}</p>
          <button type="button" className="quiet" data-testid="retry" onClick={onRetry}>
            {words.retry}
          </button>
        </div>
      );
    case 'unknown':
    case 'present':
    case 'stale':
      return <p role="status">{words.loading}</p>;
  }
}
