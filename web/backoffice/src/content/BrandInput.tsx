/** Filters of lists over all brands: one of the brands for which one has a role, or a language. */
import { SelectInput } from 'react-admin';

import { namedBrands } from '../frame/names.ts';
import { useBrands } from './useBrands.ts';
import { WORDS } from '../words/index.ts';

interface Props {
  readonly source: string;
  readonly label?: string;
  readonly alwaysOn?: boolean;
}

export function BrandInput({ source }: Props) {
  return <SelectInput source={source} label={WORDS.common.brand} choices={[...namedBrands()]} emptyText={WORDS.common.allBrands} />;
}

/** A choice of the language in which a list shows its texts. */
export function LocaleInput({ source }: Props) {
  const locales = [...new Set(useBrands().flatMap((brand) => brand.locales))];
  return <SelectInput source={source} label={WORDS.common.language} choices={locales.map((id) => ({ id, name: id }))} emptyText={WORDS.content.mainLanguage} />;
}
