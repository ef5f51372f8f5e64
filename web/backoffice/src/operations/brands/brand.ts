/** A brand's form, and the input that it makes. */
import type { OperatedBrand, Token } from '../../graph/generated/operations.ts';

export interface BrandForm {
  readonly name: string;
  readonly defaultLocale: string;
  readonly locales: string;
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
