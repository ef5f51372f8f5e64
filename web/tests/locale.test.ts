/** The choice of a language, and how it writes values, numbers and dates. */
import { describe, expect, it } from 'vitest';

import { localeFor, readAmount } from '@furlong/club';

describe('localeFor', () => {
  it.each([
    [['en-GB'], 'en-GB'],
    [['en'], 'en-GB'],
    [['en-MT'], 'en-MT'],
    [['fr', 'it-IT', 'en'], 'it-IT'],
    [['DE-at'], 'de-AT'],
    [['ar'], 'ar'],
    [['fr'], 'en-GB'],
    [['en-'], 'en-GB'],
    [['de_DE', 'en'], 'de-DE'],
    [['it_CH.UTF-8'], 'it-CH'],
    [['de_AT@euro'], 'de-AT'],
    [['C.UTF-8', 'it'], 'it'],
    [[], 'en-GB'],
  ])('takes for %j the locale %s', (wanted, tag) => {
    expect(localeFor(wanted).tag).toBe(tag);
  });

  it('knows the direction', () => {
    expect([localeFor(['ar-EG']).direction, localeFor(['de']).direction]).toEqual(['rtl', 'ltr']);
  });
});

describe('a text with values', () => {
  it('isolates them where the text runs from right to left', () => {
    const { fill } = localeFor(['ar']);
    expect(fill('مكافأتك الآن: {title}.', { title: '£5 free bet' })).toBe('مكافأتك الآن: \u2068£5 free bet\u2069.');
  });

  it('is plain elsewhere, and keeps a name without a value', () => {
    expect(localeFor(['en']).fill('{a} of {b}', { a: '1' })).toBe('1 of {b}');
  });

  it.each([
    ['en-GB', 1, '1 bet counted'],
    ['en-GB', 3, '3 bets counted'],
    ['de', 1, '1 gezählte Wette'],
    ['ar', 0, 'لا رهانات محتسبة'],
    ['ar', 2, 'رهانان محتسبان'],
  ])('follows the number: %s %i', (tag, n, text) => {
    const locale = localeFor([tag]);
    expect(locale.count(locale.words.betsCounted, n)).toBe(text);
  });
});

describe('weeks', () => {
  const { weekTitle } = localeFor(['en-GB']);

  it.each([
    ['en-GB', '2026-W13', 'Week of 23 March'],
    ['en-GB', '2026-W53', 'Week of 28 December'],
    ['de', '2026-W13', 'Woche vom 23. März'],
    ['it', '2026-W14', 'Settimana da lunedì 30 marzo'],
    ['ar', '2026-W13', 'أسبوع \u206823 مارس\u2069'],
  ])('are named by their Monday, in %s: %s', (tag, name, title) => {
    expect(localeFor([tag]).weekTitle(name)).toBe(title);
  });

  it('begin on the same day in each zone', () => {
    for (const zone of ['Pacific/Auckland', 'America/Los_Angeles']) expect(localeFor(['en-GB'], zone).inZone(zone).weekTitle('2026-W13')).toBe('Week of 23 March');
  });

  it('of another form are shown by their name alone', () => {
    expect(weekTitle('Easter')).toBe('Easter');
  });
});

describe('times of a brand', () => {
  const END = '2026-04-12T23:00:00Z'; // the end of a week in London

  it.each([
    ['en-GB', 'Europe/London', 'the end of Sunday 12 April'],
    ['en-GB', 'Europe/Rome', 'the end of Sunday 12 April (London time)'],
    ['de', 'Europe/Berlin', 'Sonntag, 12. April, 24\u00a0Uhr (Ortszeit London)'],
    ['it', 'Europe/Rome', 'fine giornata di domenica 12 aprile (ora di London)'],
    ['ar', 'Europe/London', 'نهاية يوم \u2068الأحد، 12 أبريل\u2069'],
  ])('are in its zone, and name it for visitors elsewhere: %s in %s', (tag, own, text) => {
    expect(localeFor([tag], own).inZone('Europe/London').moment(END)).toBe(text);
  });

  it('that are not at midnight have their day and time, and those of what happened are as they were', () => {
    const { moment, dayTime } = localeFor(['en-GB'], 'Europe/London').inZone('Europe/London');
    expect(moment('2026-04-13T11:00:00Z')).toBe('Monday 13 April at 12:00');
    expect(dayTime(END)).toBe('Mon 13 April at 00:00');
  });

  it('are the same for a visitor whose clock agrees, under another name', () => {
    expect(localeFor(['en-GB'], 'Europe/Lisbon').inZone('Europe/London').weekdayTime('2026-04-06T11:00:00Z')).toBe('Mon 12:00');
  });

  it('stay as they are where the browser does not know the zone', () => {
    const locale = localeFor(['en-GB'], 'Europe/London');
    expect(locale.inZone('Atlantis/Capital')).toBe(locale);
  });
});

describe('a refused amount', () => {
  it.each([
    ['en-GB', 'GBP', '5,00', 'This amount can be read in two ways. Write it like 5.00.'],
    ['it', 'EUR', '5.00', 'Questo importo si può leggere in due modi. Scrivilo come 5,00.'],
    ['en-GB', 'JPY', '5.5', 'This currency has 0 decimals. Write the amount like 5.'],
    ['en-GB', 'GBP', '5.555', 'This currency has 2 decimals. Write the amount like 5.00.'],
  ])('is refused in words: %s %s %s', (tag, currency, typed, words) => {
    const locale = localeFor([tag]);
    expect(locale.whyRefused(readAmount(typed, currency, tag), currency)).toBe(words);
  });
});
