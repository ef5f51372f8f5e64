/** Chooses a brand among those that one may see; the choice is kept for all pages of operations. */
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useStore } from 'react-admin';

import { usePolled } from './usePolled.ts';

import type { ReactNode } from 'react';

const BRANDS = `query Brands { brands(first: 100) { nodes { id name } } }`;

interface Brands {
  readonly brands: { readonly nodes: readonly { readonly id: string; readonly name: string }[] };
}

interface ChosenBrand {
  /** Null until the brands are known, or without any. */
  readonly brand: string | null;
  /** Chooses another one. */
  readonly field: ReactNode;
  /** Why there is none, in words; empty if there is one, or while they are read. */
  readonly none: string;
}

export function useBrand(): ChosenBrand {
  const [chosen, setChosen] = useStore<string>('operations.brand', '');
  const { data, problem } = usePolled<Brands>(BRANDS, {}, 60);
  const known = data?.brands.nodes ?? [];
  const brand = known.find(({ id }) => id === chosen)?.id ?? known[0]?.id ?? null;
  const field = (
    <TextField
      select
      label="Brand"
      size="small"
      fullWidth={false}
      value={brand ?? ''}
      onChange={(event) => setChosen(event.target.value)}
      sx={{ minWidth: 160 }}
    >
      {known.map(({ id, name }) => (
        <MenuItem key={id} value={id}>
          {name} ({id})
        </MenuItem>
      ))}
    </TextField>
  );
  return { brand, field, none: data !== undefined && known.length === 0 ? 'There is no brand that you may see.' : problem };
}
