/** Where and in which language customers look at a list. */
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';

import { countryName, languageName } from './words.ts';
import { WORDS } from '../../words/index.ts';

import type { BoardBrand } from '../../graph/generated/operations.ts';

/** The country is empty if it is not known. */
export interface SeenIn {
  readonly territory: string;
  readonly locale: string;
}

/** Return where a proposal is looked at first: where it holds, else where the brand is licensed. */
export function firstSeenIn(brand: BoardBrand, territories: readonly string[], locales: readonly string[]): SeenIn {
  return { territory: territories[0] ?? brand.jurisdictions[0] ?? '', locale: locales[0] ?? brand.locales[0] ?? '' };
}

interface WhereProps {
  readonly brand: BoardBrand;
  readonly filters: SeenIn;
  readonly onChange: (changed: Partial<SeenIn>) => void;
}

export function Where({ brand, filters, onChange }: WhereProps) {
  return (
    <>
      <TextField select label={WORDS.common.seenIn} value={filters.territory} onChange={(event) => onChange({ territory: event.target.value })} sx={{ minWidth: 160 }}>
        {brand.jurisdictions.map((code) => (
          <MenuItem key={code} value={code}>
            {countryName(code)}
          </MenuItem>
        ))}
        <MenuItem value="">{WORDS.board.countryNotKnown}</MenuItem>
        {brand.countries
          .filter((code) => !brand.jurisdictions.includes(code))
          .toSorted((one, other) => countryName(one).localeCompare(countryName(other)))
          .map((code) => (
            <MenuItem key={code} value={code}>
              {countryName(code)}
            </MenuItem>
          ))}
      </TextField>
      <TextField select label={WORDS.common.language} value={filters.locale} onChange={(event) => onChange({ locale: event.target.value })} sx={{ minWidth: 160 }}>
        {brand.locales.map((locale) => (
          <MenuItem key={locale} value={locale}>
            {languageName(locale)}
          </MenuItem>
        ))}
      </TextField>
    </>
  );
}

