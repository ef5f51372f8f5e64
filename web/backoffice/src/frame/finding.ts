/** What the search of the bar finds: screens and help pages here, and the rest as the graph allows. */
import { groupsFor } from './screens.ts';

import type { Found } from '../graph/generated/operations.ts';

/** A place that one can go to. */
export interface Target {
  readonly key: string;
  /** The heading under which it is listed. */
  readonly heading: string;
  readonly label: string;
  readonly note: string;
  /** A path of the screens, or an address of the documentation. */
  readonly to: string;
  readonly isExternal: boolean;
  readonly exact: boolean;
}

/** From how many characters on the graph is asked, and of how many at most. */
const ASKED = { least: 2, most: 128 } as const;

function target(heading: string, label: string, note: string, to: string, more: Partial<Target> = {}): Target {
  return { key: `${heading} ${to}`, heading, label, note, to, isExternal: false, exact: false, ...more };
}

/** Each word that was typed begins a word of the text. */
function matches(text: string, typed: string): boolean {
  const words = text.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return typed
    .toLowerCase()
    .split(/\s+/u)
    .filter((part) => part !== '')
    .every((part) => words.some((word) => word.startsWith(part)));
}

/** Return the screens that a person may open and whose name or group has what was typed; all if nothing was. */
export function screensFor(typed: string, may: ReadonlySet<string>): readonly Target[] {
  const screens = groupsFor(may).flatMap(({ name: group, screens: listed }) =>
    listed.filter(({ label }) => matches(`${label} ${group}`, typed)).map(({ name, label }) => target('Screens', label, group, `/${name}`)),
  );
  const own = [target('Screens', 'Home', '', '/'), target('Screens', 'My account', 'Password, sessions, recovery codes', '/account')];
  return [...screens, ...own.filter(({ label, note }) => matches(`${label} ${note}`, typed))];
}

/** The pages of the documentation about the back office, with what one looks for in them. */
export const HELP = [
  ['Working in the back office', 'a day in each role', 'backoffice.html#a-day-in-each-role'],
  ['Roles', 'accounts people permissions who may', 'backoffice.html#roles'],
  ['Signing in', 'password second factor code link session', 'backoffice.html#signing-in'],
  ['Four eyes', 'approvals proposals approve independent', 'backoffice.html#four-eyes'],
  ['Audit log', 'accesses recorded chain verify', 'backoffice.html#audit'],
  ['Jobs', 'exports dry runs', 'backoffice.html#jobs'],
  ['Content: texts and images', 'draft lint publish schedule roll back', 'backoffice/content.html'],
  ['Scheme rules', 'target odds dry run version', 'backoffice/rules.html'],
  ['Support: customers and bets', 'timeline why adjust goodwill erase export legal hold', 'backoffice/support.html'],
  ['Finance', 'close day payout stop correction balance financial check withdrawal payment refund deposit difference compared report processor route case', 'backoffice/finance.html'],
  ['Betting: liability, limits and voids', 'trader suspend limit void bet liability worst case stake factor delay market selection', 'backoffice/betting.html'],
  ['Risk and money', 'liability forecast budgets funnel profit cost', 'backoffice/risk.html'],
  ['Operations', 'kill switch weeks nodes reward status', 'backoffice/operations.html'],
  ['Lag and backlogs', 'consumers behind intents', 'backoffice/operations.html#backlogs'],
  ['Dead letters', 'replay messages', 'backoffice/operations.html#dead-letters'],
  ['Providers', 'pay credit configuration', 'backoffice/operations.html#providers'],
  ['Brands and themes', 'colours legible', 'backoffice/operations.html#brands-and-themes'],
  ['Sports events', 'offers matches same different undo leaders providers trust', 'events.html'],
  ['Glossary', 'words terms meaning', 'glossary.html'],
] as const;

/** Return the help pages that have what was typed; none if the installation does not say where the documentation is. */
export function helpFor(typed: string, docs: string): readonly Target[] {
  if (docs === '' || typed.trim() === '') return [];
  return HELP.filter(([label, words]) => matches(`${label} ${words} help`, typed)).map(([label, , page]) =>
    target('Help', label, 'opens the documentation', `${docs}${page}`, { isExternal: true }),
  );
}

/** Return what the graph is asked for; null: it is not asked. A name such as `northbet:c-1` says its own brand. */
export function asked(typed: string, brand: string | null, brands: readonly { readonly id: string }[]): { readonly brand: string; readonly text: string } | null {
  const text = typed.trim();
  const [first = '', ...rest] = text.split(':');
  const own = rest.length > 0 ? brands.find(({ id }) => id === first)?.id : undefined;
  const wanted = own === undefined ? { brand, text } : { brand: own, text: rest.join(':') };
  if (wanted.brand === null || wanted.text.length < ASKED.least || wanted.text.length > ASKED.most) return null;
  return { brand: wanted.brand, text: wanted.text };
}

/** Return the pages of what the graph has found. */
export function targetsOf({ id, kind, brand, name, exact, customer }: Found, may: ReadonlySet<string>): readonly Target[] {
  const at = `brand=${encodeURIComponent(brand)}`;
  switch (kind) {
    case 'CUSTOMER':
      return [target('Customers', name, brand, `/customers/${encodeURIComponent(id)}/show?${at}`, { exact })];
    case 'BET':
      return customer === null
        ? []
        : [target('Bets', name, `of ${customer}`, `/customers/${encodeURIComponent(customer)}/show?${at}&bet=${encodeURIComponent(name)}`, { exact })];
    case 'REWARD': {
      const text = target('Rewards', name, 'its text', `/content/${encodeURIComponent(id)}?${at}`, { exact });
      const status = target('Rewards', name, 'its status', `/rewardStatus?${at}&reward=${encodeURIComponent(name)}`);
      return may.has('operations.read') ? [text, status] : [text];
    }
    case 'WEEK':
      return [target('Weeks', name, brand, `/weeks?${at}&week=${encodeURIComponent(name)}`, { exact })];
  }
}

/** Return all that is listed, in its order: what was typed in full, then screens, and what begins so. */
export function listed(typed: string, may: ReadonlySet<string>, docs: string, found: readonly Found[]): readonly Target[] {
  const targets = found.flatMap((one) => targetsOf(one, may));
  const exact = new Set(targets.filter((one) => one.exact).map(({ heading }) => heading));
  const first = targets.filter(({ heading }) => exact.has(heading));
  return [...first, ...screensFor(typed, may), ...targets.filter(({ heading }) => !exact.has(heading)), ...helpFor(typed, docs)];
}

/** Say how much was found, for those who do not see it. */
export function countInWords(count: number, isReading: boolean): string {
  if (isReading) return 'Searching…';
  return count === 0 ? 'Nothing was found' : `${count} ${count === 1 ? 'result' : 'results'}`;
}
