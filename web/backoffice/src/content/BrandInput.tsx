/** A filter by brand, with the brands whose content one may read. */
import { SelectInput } from 'react-admin';

import { useBrands } from './useBrands.ts';

interface Props {
  readonly source: string;
  readonly label?: string;
  readonly alwaysOn?: boolean;
}

export function BrandInput({ source }: Props) {
  const brands = useBrands();
  return <SelectInput source={source} label="Brand" choices={brands.map(({ id, name }) => ({ id, name }))} />;
}

/** A choice of the language in which a list shows its texts. */
export function LocaleInput({ source }: Props) {
  const locales = [...new Set(useBrands().flatMap((brand) => brand.locales))];
  return <SelectInput source={source} label="Language" choices={locales.map((id) => ({ id, name: id }))} />;
}
