/** The stake, typed or picked, with the possible returns. */
import { useId } from 'react';

import { formatMinor, parseStake, returnsMinor } from './stake';

interface StakeFieldProps {
  readonly typed: string;
  readonly currency: string;
  readonly oddsMilli: number;
  readonly onType: (typed: string) => void;
}

const QUICK_STAKES = [200, 500, 1000, 2500];

export function StakeField({ typed, currency, oddsMilli, onType }: StakeFieldProps) {
  const id = useId();
  const stakeMinor = parseStake(typed);
  const unreadable = typed !== '' && stakeMinor === null;
  return (
    <>
      <div className="stake">
        <label htmlFor={id}>Stake</label>
        <div className="stake-field">
          <span aria-hidden="true">{currencySign(currency)}</span>
          <input
            id={id}
            data-testid="stake"
            inputMode="decimal"
            autoComplete="off"
            value={typed}
            aria-invalid={unreadable}
            aria-describedby={`${id}-help`}
            onChange={(event) => onType(event.target.value)}
          />
        </div>
      </div>
      <div className="quick" role="group" aria-label="Set the stake">
        {QUICK_STAKES.map((minor) => (
          <button key={minor} type="button" onClick={() => onType((minor / 100).toFixed(2))}>
            {formatMinor(minor, currency).replace(/\.00$/u, '')}
          </button>
        ))}
      </div>
      <p className="stake-help" id={`${id}-help`} aria-live="polite">
        {unreadable ? (
          <span className="fault">Enter an amount such as 5 or 5.00.</span>
        ) : (
          <>
            <span>Possible returns</span>
            <strong>{formatMinor(stakeMinor === null ? 0 : returnsMinor(stakeMinor, oddsMilli), currency)}</strong>
          </>
        )}
      </p>
    </>
  );
}

function currencySign(currency: string): string {
  const format = new Intl.NumberFormat('en-GB', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
  return format.formatToParts(0).find(({ type }) => type === 'currency')?.value ?? currency;
}
