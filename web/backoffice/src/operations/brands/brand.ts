/** A brand as the graph has it, its form, and the operations that read and change it. */

export interface Token {
  readonly token: string;
  readonly light: string;
  readonly dark: string;
  readonly isOwn: boolean;
}

export interface Contrast {
  readonly front: string;
  readonly back: string;
  readonly scheme: string;
  readonly frontColour: string;
  readonly backColour: string;
  readonly use: string;
  readonly ratio: string;
  readonly least: number;
  readonly readable: boolean;
}

export interface OperatedBrand {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly defaultLocale: string;
  readonly locales: readonly string[];
  readonly jurisdictions: readonly string[];
  readonly currencies: readonly string[];
  readonly revision: number;
  readonly missing: readonly string[];
  readonly theme: readonly Token[];
  readonly contrasts: readonly Contrast[];
}

export interface BrandForm {
  readonly name: string;
  readonly defaultLocale: string;
  readonly locales: string;
  readonly theme: readonly Token[];
}

const FIELDS = `id name timeZone defaultLocale locales jurisdictions currencies revision missing
  theme { token light dark isOwn } contrasts { ...Pair }`;
const PAIR = 'fragment Pair on ThemeContrast { front back scheme frontColour backColour use ratio least readable }';

export const BRANDS = `query Brands { brands(first: 100) { nodes { id name timeZone locales revision missing theme { isOwn } } } }`;
export const BRAND = `query Brand($id: ID!) { operatedBrand(id: $id) { ${FIELDS} } } ${PAIR}`;
export const TRY = `query Try($input: TryThemeInput!) { tryTheme(input: $input) { ...Pair } } ${PAIR}`;
export const CHANGE = `mutation ChangeBrand($input: ChangeBrandInput!) { changeBrand(input: $input) { ${FIELDS} } } ${PAIR}`;
export const REVISIONS = `query Revisions($brand: String!) { brandRevisions(brand: $brand, first: 50) { nodes {
  id revision name defaultLocale locales reason changedAt changedBy theme { token light dark isOwn }
} } }`;

export interface Revision {
  readonly id: string;
  readonly revision: number;
  readonly name: string;
  readonly defaultLocale: string;
  readonly locales: readonly string[];
  readonly reason: string | null;
  readonly changedAt: string;
  readonly changedBy: string;
  readonly theme: readonly Token[];
}

export function formOf(brand: Pick<OperatedBrand, 'name' | 'defaultLocale' | 'locales' | 'theme'>): BrandForm {
  const { name, defaultLocale, locales, theme } = brand;
  return { name, defaultLocale, locales: locales.join(', '), theme };
}

/** The colours that replace the widget's. */
export function ownColours(theme: readonly Token[]): { token: string; light: string; dark: string }[] {
  return theme.filter(({ isOwn }) => isOwn).map(({ token, light, dark }) => ({ token, light, dark }));
}

export function inputOf(brand: string, revision: number, form: BrandForm, reason: string) {
  const locales = form.locales.split(',').map((each) => each.trim()).filter((each) => each !== '');
  return { brand, revision, name: form.name, defaultLocale: form.defaultLocale, locales, theme: ownColours(form.theme), reason };
}
