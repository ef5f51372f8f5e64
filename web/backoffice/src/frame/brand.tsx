/** The brand that all screens show: chosen in the bar, kept in the address, remembered for the next visit. */
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { createContext, useCallback, useContext, useEffect, useMemo } from 'react';
import { useStore } from 'react-admin';
import { useHref, useLocation, useSearchParams } from 'react-router-dom';

import { firstBrand } from '../session/session.ts';
import { showZoneOf } from '../time/moments.ts';
import { WORDS } from '../words/index.ts';

import type { ReactNode } from 'react';
import type { NamedBrand } from './names.ts';
import type { ZonedBrand } from '../time/moments.ts';

export interface ShownBrand extends ZonedBrand, NamedBrand {
  readonly currencies: readonly string[];
}

interface Choice {
  /** Those whose screens one may see; none for people who only manage people. */
  readonly brands: readonly ShownBrand[];
  /** The id of the chosen one; null without any. */
  readonly brand: string | null;
  readonly choose: (id: string) => void;
}

const NOTHING: Choice = { brands: [], brand: null, choose: () => undefined };
const Chosen = createContext<Choice>(NOTHING);

export const NO_BRAND = WORDS.frame.youDontHaveAccessToAnyBrand;

export function useBrand(): Choice {
  return useContext(Chosen);
}

interface Props {
  readonly brands: readonly ShownBrand[];
  readonly children: ReactNode;
}

/** Whether the address is still that of the screen: of a link that was just pressed, it is there before its screen. */
function isStillAt(href: string): boolean {
  const path = (written: string) => written.replace(/\/$/u, '');
  return path(window.location.pathname) === path(href);
}

export function BrandProvider({ brands, children }: Props) {
  const [address, setAddress] = useSearchParams();
  const here = useHref(useLocation().pathname);
  const [remembered, remember] = useStore('brand', '');
  const asked = address.get('brand');
  const find = (wanted: string | null) => brands.find(({ id }) => id === wanted)?.id;
  const brand = find(asked) ?? find(remembered) ?? find(firstBrand()) ?? brands[0]?.id ?? null;

  const choose = useCallback(
    (id: string) => {
      setAddress(
        (last) => {
          last.set('brand', id);
          last.delete('page');
          return last;
        },
        { replace: true },
      );
    },
    [setAddress],
  );

  useEffect(() => {
    if (brand === null) return;
    if (asked !== brand && isStillAt(here)) choose(brand);
    if (remembered !== brand) remember(brand);
  }, [asked, brand, choose, here, remember, remembered]);

  showZoneOf(brand);
  const value = useMemo(() => ({ brands, brand, choose }), [brands, brand, choose]);
  return <Chosen value={value}>{children}</Chosen>;
}

export function BrandSwitch() {
  const { brands, brand, choose } = useBrand();
  if (brand === null) return null;
  return (
    <TextField
      select
      size="small"
      margin="none"
      fullWidth={false}
      value={brand}
      onChange={(event) => choose(event.target.value)}
      slotProps={{ select: { SelectDisplayProps: { 'aria-label': WORDS.common.brand } } }}
      sx={{ minWidth: 128 }}
    >
      {brands.map(({ id, name }) => (
        <MenuItem key={id} value={id}>
          {name}
        </MenuItem>
      ))}
    </TextField>
  );
}
