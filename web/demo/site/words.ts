/** The texts around the pages of the site. */
import type { Locale } from '@furlong/club';

import type { Page } from './pages';

export interface SiteWords {
  readonly nav: string;
  readonly pages: Readonly<Record<Page, string>>;
}

const EN: SiteWords = { nav: 'Site', pages: { sports: 'Sports', bets: 'My bets', casino: 'Casino' } };
const LANGUAGES: Readonly<Record<string, SiteWords>> = {
  en: EN,
  de: { nav: 'Seite', pages: { sports: 'Sport', bets: 'Meine Wetten', casino: 'Casino' } },
  it: { nav: 'Sito', pages: { sports: 'Sport', bets: 'Le mie scommesse', casino: 'Casinò' } },
  ar: { nav: 'الموقع', pages: { sports: 'الرياضة', bets: 'رهاناتي', casino: 'الكازينو' } },
};

export function siteWords({ tag }: Pick<Locale, 'tag'>): SiteWords {
  return LANGUAGES[tag.split('-')[0] ?? ''] ?? EN;
}
