/** What the search of the bar finds: screens and help pages here, and the rest as the graph allows. */
import { brandName } from './names.ts';
import { groupsFor } from './screens.ts';
import { WORDS } from '../words/index.ts';

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
    listed.filter(({ label }) => matches(`${label} ${group}`, typed)).map(({ name, label }) => target(WORDS.frame.screensFound, label, group, `/${name}`)),
  );
  const own = [target(WORDS.frame.screensFound, WORDS.common.home, '', '/'), target(WORDS.frame.screensFound, WORDS.common.myAccount, WORDS.frame.passwordSessionsRecoveryCodes, '/account')];
  return [...screens, ...own.filter(({ label, note }) => matches(`${label} ${note}`, typed))];
}

/** The pages of the documentation about the back office, with what one looks for in them. */
export const HELP = [
  [WORDS.frame.workingInTheBackOffice, WORDS.frame.aDayInEachRole, 'backoffice.html#a-day-in-each-role'],
  [WORDS.common.roles, WORDS.frame.accountsPeoplePermissions, 'backoffice.html#roles'],
  [WORDS.frame.signingIn, WORDS.frame.passwordSecondFactorCode, 'backoffice.html#signing-in'],
  [WORDS.frame.fourEyes, WORDS.frame.approvalsProposalsApprove, 'backoffice.html#four-eyes'],
  [WORDS.frame.auditLog, WORDS.frame.accessesRecordedChainVerify, 'backoffice.html#audit'],
  [WORDS.frame.jobs, WORDS.frame.exportsDryRuns, 'backoffice.html#jobs'],
  [WORDS.frame.contentTextsAndImages, WORDS.frame.draftLintPublishSchedule, 'backoffice/content.html'],
  [WORDS.common.schemeRules, WORDS.frame.targetOddsDryRunVersion, 'backoffice/rules.html'],
  [WORDS.frame.supportCustomersAndBets, WORDS.frame.timelineWhyAdjustGoodwill, 'backoffice/support.html'],
  [WORDS.frame.finance, WORDS.frame.closeDayPayoutStop, 'backoffice/finance.html'],
  [WORDS.frame.bettingLiabilityLimits, WORDS.frame.traderSuspendLimitVoidBet, 'backoffice/betting.html'],
  [WORDS.frame.riskAndMoney, WORDS.frame.liabilityForecastBudgets, 'backoffice/risk.html'],
  [WORDS.frame.operations, WORDS.frame.killSwitchWeeksNodesReward, 'backoffice/operations.html'],
  [WORDS.frame.lagAndBacklogs, WORDS.frame.consumersBehindIntents, 'backoffice/operations.html#backlogs'],
  [WORDS.frame.deadLetters, WORDS.frame.replayMessages, 'backoffice/operations.html#dead-letters'],
  [WORDS.common.providers, WORDS.frame.payCreditConfiguration, 'backoffice/operations.html#providers'],
  [WORDS.frame.brandsAndThemes, WORDS.frame.coloursLegible, 'backoffice/operations.html#brands-and-themes'],
  [WORDS.frame.sportsEvents, WORDS.frame.offersMatchesSameDifferent, 'events.html'],
  [WORDS.frame.glossary, WORDS.frame.wordsTermsMeaning, 'glossary.html'],
] as const;

/** Return the help pages that have what was typed; none if the installation does not say where the documentation is. */
export function helpFor(typed: string, docs: string): readonly Target[] {
  if (docs === '' || typed.trim() === '') return [];
  return HELP.filter(([label, words]) => matches(WORDS.frame.helpMatches({ label, words }), typed)).map(([label, , page]) =>
    target(WORDS.frame.help, label, WORDS.frame.opensTheDocumentation, `${docs}${page}`, { isExternal: true }),
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
      return [target(WORDS.common.customers, name, brandName(brand), `/customers/${encodeURIComponent(id)}/show?${at}`, { exact })];
    case 'BET':
      return customer === null
        ? []
        : [target(WORDS.common.bets, name, WORDS.frame.ofCustomer({ customer }), `/customers/${encodeURIComponent(customer)}/show?${at}&bet=${encodeURIComponent(name)}`, { exact })];
    case 'REWARD': {
      const text = target(WORDS.common.rewards, name, WORDS.frame.itsText, `/content/${encodeURIComponent(id)}?${at}`, { exact });
      const status = target(WORDS.common.rewards, name, WORDS.frame.itsStatus, `/rewardStatus?${at}&reward=${encodeURIComponent(name)}`);
      return may.has('operations.read') ? [text, status] : [text];
    }
    case 'WEEK':
      return [target(WORDS.common.weeks, name, brandName(brand), `/weeks?${at}&week=${encodeURIComponent(name)}`, { exact })];
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
  if (isReading) return WORDS.frame.searching;
  return count === 0 ? WORDS.frame.nothingWasFound : WORDS.frame.countResults({ count });
}
