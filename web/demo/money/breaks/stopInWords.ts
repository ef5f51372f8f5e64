/** A break or an exclusion that holds, in a sentence. */
import type { Locale } from '@furlong/club';

import { momentInWords, moneyWords } from '../words';
import type { Stop } from './breaks';

export function stopInWords({ kind, product, until }: Stop, locale: Locale): string {
  const words = moneyWords(locale);
  const moment = momentInWords(until, locale);
  if (kind === 'EXCLUSION') return locale.fill(words.excluded, { moment });
  return product === null
    ? locale.fill(words.onBreak, { moment })
    : locale.fill(words.onProductBreak, { moment, product: words.products[product] });
}
