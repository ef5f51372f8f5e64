/** Proposals about content and about scheme rules. */
import { LOCALE, money } from '../../money/amounts.ts';
import { rewardName } from '../../frame/names.ts';
import { odds, withoutLabel } from '../../rules/scheme.ts';
import { ALL_COUNT, legsRule, scopeInWords } from '../../rules/scope.ts';
import { moment } from '../../time/moments.ts';

import { Content, type Kind } from './proposal.ts';
import { WORDS } from '../../words/index.ts';

import type { ContentKey } from '../../content/key.ts';
import type { Proposal, SchemeScopeItem, SchemeScopeKind } from '../../graph/generated/operations.ts';

const UNPUBLISHED = WORDS.approvals.customersDontSeeTextUntil;

/** What each of an approver's two buttons does, for people who may publish as well. */
export const TWO_WAYS = WORDS.approvals.approvePublishShowsText;

/** Return what customers see of an approved text, by the revision that is published; null stands for none. */
export function seenByCustomers(revision: number, published: number | null): string {
  if (published === revision) return WORDS.approvals.customersSeeThisText;
  return published !== null && published > revision ? WORDS.approvals.customersSeeANewerText({ published }) : UNPUBLISHED;
}

/** Return with what a text is compared: the one before it that customers see, or saw; null if there was none. */
export function comparedWith(revision: number, published: number | null, before: number | null): string {
  if (before === null) return published === null ? WORDS.approvals.customersSeeNoEarlierText : seenByCustomers(revision, published);
  if (published === before) return WORDS.approvals.comparedRevisionCustomers({ published });
  return WORDS.approvals.comparedRevisionBefore({ before, seen: seenByCustomers(revision, published) });
}

export const revision: Kind = {
  name: WORDS.approvals.aTextOfAReward,
  onApproval: UNPUBLISHED,
  approvers: 'approver',
  inWords(content) {
    const [brand, reward, version] = [content.text('brand'), content.text('reward_id'), content.number('config_version')];
    const texts = content.part('document').part('texts').entries();
    const titles = texts.map(([, text]) => (text as { readonly title?: string }).title ?? '').filter((title) => title !== '');
    const id = `${brand}:${reward}${version === 0 ? '' : `:${version}`}`;
    const name = titles[0] ?? rewardName(brand, reward);
    return {
      title: WORDS.approvals.textOf({ name }),
      sentences: [WORDS.approvals.revisionOf({ revision: content.number('revision'), reward: rewardName(brand, reward), texts: texts.map(([locale]) => locale).join(', ') })],
      changes: [],
      object: { path: `/content/${encodeURIComponent(id)}`, label: WORDS.common.contentOf({ reward: rewardName(brand, reward) }), permission: 'content.read' },
    };
  },
};

function plural(betType: string): string {
  return WORDS.approvals.betsOfType({ type: betType.replaceAll('_', ' ') });
}

/** Return the item of content that a proposal is about; null if it is about no text, or may not be seen. */
export function textOf({ kind, content, visible }: Pick<Proposal, 'kind' | 'content' | 'visible'>): ContentKey | null {
  if (kind !== 'content.revision' || !visible) return null;
  const stored = new Content(content);
  const version = stored.number('config_version');
  return { brand: stored.text('brand'), rewardId: stored.text('reward_id'), configVersion: version === 0 ? null : version };
}

/** Return minutes in words, such as `12 hours`. */
function duration(minutes: number): string {
  if (minutes > 0 && minutes % 1440 === 0) return WORDS.approvals.days({ days: minutes / 1440 });
  return minutes > 0 && minutes % 60 === 0 ? WORDS.approvals.hours({ hours: minutes / 60 }) : WORDS.approvals.minutes({ minutes });
}

function choiceInWords(minutes: number): string {
  return minutes === 0 ? WORDS.approvals.customersCanSwitchReward : WORDS.approvals.customersCanSwitchUntil({ minutes: duration(minutes) });
}

const LIST = new Intl.ListFormat(LOCALE, { type: 'conjunction' });

/** What the rule is called that says which events count. */
const EVENTS = WORDS.common.events;

/** Return the rules of a version, each as a sentence, with times in the brand's zone. */
export function rulesInWords(scheme: Content, brand: string | null): readonly (readonly [string, string])[] {
  const currency = scheme.text('currency');
  const reward = scheme.textOrNull('default_reward_id');
  return [
    [WORDS.approvals.inEffect, WORDS.approvals.inEffectFrom({ effectiveFrom: moment(scheme.text('effective_from'), brand) })],
    [WORDS.common.target, WORDS.approvals.targetInQualifyingStakes({ target: money(scheme.number('target_minor'), currency) })],
    [WORDS.common.minimumStake, WORDS.approvals.minimumStake({ minStake: money(scheme.number('min_stake_minor'), currency) })],
    [WORDS.common.minimumOdds, WORDS.approvals.minimumOdds({ minOdds: odds(scheme.number('min_odds_milli')) })],
    [WORDS.common.counts, WORDS.approvals.counts({ channels: LIST.format(scheme.texts('channels')), qualifyingProduct: scheme.text('qualifying_product'), betTypes: scheme.texts('bet_types').map(plural).join(WORDS.common.and) })],
    ...eventsInWords(scheme, brand),
    [WORDS.approvals.beforeJoining, scheme.flag('count_before_opt_in') ? WORDS.approvals.betsWeekPlacedBefore : WORDS.approvals.betsPlacedBeforeJoiningDo],
    [WORDS.approvals.defaultReward, reward === null ? WORDS.approvals.noDefaultReward : WORDS.approvals.defaultRewardReward({ reward: rewardName(brand, reward) })],
    [WORDS.approvals.choice, choiceInWords(scheme.number('choice_lock_minutes'))],
    [WORDS.approvals.gracePeriod, WORDS.approvals.gracePeriodGraceMinutes({ graceMinutes: duration(scheme.number('grace_minutes')) })],
    ...controlInWords(scheme),
    ...trialInWords(scheme, brand),
    [WORDS.common.terms, WORDS.approvals.version({ version: scheme.part('terms').text('version'), summary: scheme.part('terms').text('summary') })],
  ];
}

function scopeKind(item: Content): SchemeScopeKind {
  const kind = item.text('kind').toUpperCase();
  if (kind !== 'SPORT' && kind !== 'COMPETITION' && kind !== 'EVENT') throw new TypeError('there is no such kind');
  return kind;
}

/** Return what a version counts, by the names that its proposal has kept. */
function countedItems(scheme: Content): readonly SchemeScopeItem[] {
  return scheme.parts('counted').map((item) => {
    const name = item.textOrNull('name');
    return {
      kind: scopeKind(item),
      id: item.text('id'),
      name: name === '' ? null : name,
      sport: item.text('sport'),
      competition: item.text('competition'),
      startsAt: item.textOrNull('starts_at'),
    };
  });
}

/** A version that counts all events says nothing of them, as proposals from before there was a choice. */
function eventsInWords(scheme: Content, brand: string | null): readonly (readonly [string, string])[] {
  const scope = scheme.partOrNull('events');
  return scope === null ? [] : [[EVENTS, scopeInWords(countedItems(scheme), legsRule(scope.text('legs')), brand)]];
}

/** A proposal from before there were control groups has none. */
function controlInWords(scheme: Content): readonly (readonly [string, string])[] {
  const share = scheme.numberOrNull('control_per_mille') ?? 0;
  return share === 0 ? [] : [[WORDS.common.controlGroup, WORDS.approvals.controlShare({ share })]];
}

/** A proposal from before there were trials has none. */
function trialInWords(scheme: Content, brand: string | null): readonly (readonly [string, string])[] {
  const share = scheme.numberOrNull('trial_per_mille') ?? 0;
  if (share === 0) return [];
  const who = share === 500 ? WORDS.approvals.halfOfTheCustomers : WORDS.approvals.shareOfCustomers({ share });
  const rewards = WORDS.approvals.inPlaceOf({ trial: rewardName(brand, scheme.text('trial_reward_id')), usual: rewardName(brand, scheme.text('default_reward_id')) });
  return [[WORDS.common.trial, WORDS.approvals.areOfferedAsChanceHasIt({ who, rewards })]];
}

/** What holds where a version says nothing of a rule. */
const UNSAID: Readonly<Record<string, string>> = { [EVENTS]: ALL_COUNT };

export interface ChangedRule {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** Return the rules that differ from those of the version before; a rule may also begin or end. */
export function changedRules(content: Content, earlier: Content | null, brand: string): readonly ChangedRule[] {
  const before = new Map(earlier === null ? [] : rulesInWords(earlier, brand));
  const after = new Map(rulesInWords(content, brand));
  const was = (what: string) => (earlier === null ? WORDS.approvals.thereAreNoRulesYet : (before.get(what) ?? UNSAID[what] ?? WORDS.approvals.thereIsNone));
  return [...new Set([...after.keys(), ...before.keys()])]
    .map((what) => ({ what, before: was(what), after: after.get(what) ?? UNSAID[what] ?? WORDS.approvals.thereIsNoneAnyMore }))
    .filter((rule) => rule.before !== rule.after)
    .map(({ what, before: old, after: now }) => ({ what, before: withoutLabel(what, old), after: withoutLabel(what, now) }));
}

export const scheme: Kind = {
  name: WORDS.approvals.aVersionOfSchemeRules,
  onApproval: WORDS.approvals.versionPublishedHoldsFrom,
  approvers: 'approver',
  inWords(content, brand) {
    const [where, currency] = [content.text('jurisdiction'), content.text('currency')];
    const [[, effect] = ['', ''], ...rules] = rulesInWords(content, brand);
    const counted = rules.filter(([what]) => what === EVENTS);
    return {
      title: WORDS.approvals.rulesForInVersionTarget({ where, currency, version: content.number('version'), target: money(content.number('target_minor'), currency) }),
      sentences: [effect, ...counted.map(([, sentence]) => sentence)],
      details: rules.filter(([what]) => what !== EVENTS).map(([, sentence]) => sentence),
      changes: [],
      object: { path: '/schemes', label: WORDS.common.schemeRules, permission: 'rules.read' },
    };
  },
};
