/** The stake, typed or picked, with the possible returns. */
import {
  currencySign,
  formatMinor,
  formatShort,
  formatTyped,
  minorDigits,
  readAmount,
  useLocale,
} from '@furlong/club';
import { useId } from 'react';

import { slipWords } from '../messages';

interface StakeFieldProps {
  readonly label: string;
  readonly typed: string;
  readonly currency: string;
  /** What the slip may return, in minor units. */
  readonly hoped: number;
  /** What it costs, where that is more than the stake that is typed; else null. */
  readonly cost: Cost | null;
  /** Whether the odds stay until the customer does something: else they may move many times a second. */
  readonly isSettled: boolean;
  readonly onType: (typed: string) => void;
}

export interface Cost {
  readonly label: string;
  readonly amount: string;
  /** Of what it is the sum. */
  readonly why: string;
}

/** In whole units of the currency. */
const QUICK_STAKES = [2, 5, 10, 25];

export function StakeField({ label, typed, currency, hoped, cost, isSettled, onType }: StakeFieldProps) {
  const id = useId();
  const locale = useLocale();
  const { tag } = locale;
  const words = slipWords(locale);
  const read = readAmount(typed, currency, tag);
  const fault = locale.whyRefused(read, currency);
  const { sign, leads } = currencySign(currency, tag);
  return (
    <>
      <div className="stake">
        <label htmlFor={id}>{label}</label>
        <div className="stake-field" data-leads={leads}>
          <span aria-hidden="true">{sign}</span>
          <input
            id={id}
            data-testid="stake"
            inputMode="decimal"
            autoComplete="off"
            dir="ltr"
            value={typed}
            aria-invalid={fault !== null}
            aria-describedby={`${id}-help`}
            onChange={(event) => onType(event.target.value)}
          />
        </div>
      </div>
      <div className="quick" role="group" aria-label={words.setStake}>
        {QUICK_STAKES.map((units) => {
          const minor = units * 10 ** minorDigits(currency);
          return (
            <button key={units} type="button" onClick={() => onType(formatTyped(minor, currency, tag))}>
              <bdi>{formatShort(minor, currency, tag)}</bdi>
            </button>
          );
        })}
      </div>
      {cost !== null && (
        <div className="stake-cost" data-testid="stake-cost">
          <p className="stake-help">
            <span>{cost.label}</span>
            <strong>
              <bdi>{cost.amount}</bdi>
            </strong>
          </p>
          <p>{cost.why}</p>
        </div>
      )}
      <p className="stake-help" id={`${id}-help`} aria-live={isSettled ? 'polite' : 'off'} data-testid="stake-help">
        {fault !== null ? (
          <span className="fault">{fault}</span>
        ) : (
          <>
            <span>{words.returns}</span>
            <strong>
              <bdi>{formatMinor(hoped, currency, tag)}</bdi>
            </strong>
          </>
        )}
      </p>
    </>
  );
}
