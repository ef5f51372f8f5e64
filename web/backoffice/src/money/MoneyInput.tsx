/** A field for an amount of money: typed in whole units, with the currency's sign where people write it. */
import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import { useState } from 'react';

import { currencySign } from '@furlong/club/src/locale/amounts.ts';
import { isCurrency, LOCALE, typedAmount } from './amounts.ts';

interface Props {
  readonly label: string;
  readonly value: string;
  /** ISO 4217; while it is not known, the field has no sign and takes no amount. */
  readonly currency: string;
  readonly onChange: (typed: string) => void;
  readonly help?: string;
  /** What somebody else says is wrong with it, such as the server. */
  readonly problem?: string;
  readonly required?: boolean;
  /** Whether nothing is an amount, too. */
  readonly zero?: boolean;
  readonly margin?: 'none' | 'dense' | 'normal';
}

export function MoneyInput({ label, value, currency, onChange, help = '', problem = '', required = false, zero = false, margin = 'normal' }: Props) {
  // Nobody is told while they are still typing.
  const [isLeft, setIsLeft] = useState(false);
  const refused = isLeft ? typedAmount(value, currency, zero).problem || problem : problem;
  const { sign, leads } = isCurrency(currency) ? currencySign(currency, LOCALE) : { sign: '', leads: true };
  const adornment = sign === '' ? undefined : <InputAdornment position={leads ? 'start' : 'end'}>{sign}</InputAdornment>;
  return (
    <TextField
      label={label}
      value={value}
      onChange={(event) => {
        setIsLeft(false);
        onChange(event.target.value);
      }}
      onBlur={() => setIsLeft(true)}
      error={refused !== ''}
      helperText={refused || help}
      slotProps={{
        input: leads ? { startAdornment: adornment } : { endAdornment: adornment },
        htmlInput: { inputMode: 'decimal', autoComplete: 'off' },
      }}
      margin={margin}
      required={required}
      fullWidth
    />
  );
}
