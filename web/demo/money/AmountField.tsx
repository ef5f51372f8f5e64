/** A field for an amount of money, with the currency's sign where the language puts it, or for a whole number. */
import type { currencySign } from '@furlong/club';
import type { RefObject } from 'react';

interface AmountFieldProps {
  /** Its help has the id `ID-help`. */
  readonly id: string;
  readonly testid: string;
  readonly field?: RefObject<HTMLInputElement | null>;
  /** Null: a whole number. */
  readonly sign: ReturnType<typeof currencySign> | null;
  readonly typed: string;
  readonly isFaulty: boolean;
  readonly onType: (typed: string) => void;
}

export function AmountField({ id, testid, field, sign, typed, isFaulty, onType }: AmountFieldProps) {
  return (
    <div className="stake-field" data-leads={sign?.leads ?? true}>
      {sign !== null && <span aria-hidden="true">{sign.sign}</span>}
      <input
        ref={field}
        id={id}
        data-testid={testid}
        inputMode={sign === null ? 'numeric' : 'decimal'}
        autoComplete="off"
        dir="ltr"
        value={typed}
        aria-invalid={isFaulty}
        aria-describedby={`${id}-help`}
        onChange={(event) => onType(event.target.value)}
      />
    </div>
  );
}
