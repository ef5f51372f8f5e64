/** A payment, its terms and its refusals in the language of the page. */
import { formatMinor, type Locale } from '@furlong/club';

import type { MoneyWords } from '../messages/messages';
import { moneyWords } from '../words';
import { type Method, type Payment, standingOf } from './payments';
import type { RefusedCode } from './sending';

/** How a payment stands, in sentences. */
export function paymentInWords(payment: Payment, words: MoneyWords): string {
  const standing = standingOf(payment);
  const { standings, declines } = words.payments;
  if (standing === 'refused') return payment.code === null ? standings.refused.text : refusalInWords(payment.code, words);
  const { text } = standings[standing];
  const isDeclined = standing === 'retry' || standing === 'declined';
  return isDeclined && payment.decline !== null ? `${declines[payment.decline]} ${text}` : text;
}

/** Why there is no payment. */
export function refusalInWords(code: RefusedCode, words: MoneyWords): string {
  const { refused } = words.payments;
  return code === 'INVALID' ? refused.INVALID : (refused[code] ?? words.refused[code]);
}

const PERMILLE = 1000;

/** The fee of a method before an amount is known, such as `£0.25 + 1.5%`; null if there is none. */
export function feeInWords({ fee, feePermille }: Method, locale: Locale): string | null {
  const share = new Intl.NumberFormat(locale.tag, { style: 'percent', maximumFractionDigits: 1 }).format(feePermille / PERMILLE);
  const parts = [fee === null || fee.minor === 0 ? '' : locale.money(fee), feePermille === 0 ? '' : share].filter((part) => part !== '');
  return parts.length === 0 ? null : parts.join(' + ');
}

export function takesInWords({ workingDays }: Method, locale: Locale): string {
  const words = moneyWords(locale).payments;
  return workingDays === 0 ? words.atOnce : locale.count(words.within, workingDays);
}

export function minorInWords({ minimum }: Method, minor: number, locale: Locale): string {
  return formatMinor(minor, minimum.currency, locale.tag);
}
