/** A currency, chosen from those of a brand. */
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';

import { useBrand } from '../frame/brand.tsx';

interface Props {
  readonly label: string;
  readonly brand: string;
  /** Empty until one is chosen. */
  readonly value: string;
  readonly onChange: (currency: string) => void;
}

export function CurrencySelect({ label, brand, value, onChange }: Props) {
  const own = useBrand().brands.find(({ id }) => id === brand)?.currencies ?? [];
  const currencies = value === '' || own.includes(value) ? own : [...own, value];
  return (
    <TextField select label={label} value={value} onChange={(event) => onChange(event.target.value)} margin="normal" fullWidth required>
      {currencies.map((currency) => (
        <MenuItem key={currency} value={currency}>
          {currency}
        </MenuItem>
      ))}
    </TextField>
  );
}
