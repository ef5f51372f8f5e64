/** Proposals about providers, rewards and weeks. */
import { brandName, rewardName } from '../../frame/names.ts';
import { forAllBrands } from '../../session/permissions.ts';
import { limitInWords } from '../../operations/providers/provider.ts';
import { weekName } from '../../time/weeks.ts';
import { WORDS } from '../../words/index.ts';

import type { Change, Kind } from './proposal.ts';

const FIELDS: Readonly<Record<string, string>> = WORDS.approvals.fields;

/** Return the value of a provider's field as people read it. */
function shown(field: string, value: unknown, currencies: readonly string[]): string {
  if (field === 'limit_minor' && typeof value === 'number') return limitInWords(value, currencies);
  if (Array.isArray(value)) return value.length === 0 ? WORDS.approvals.all : value.join(', ');
  if (typeof value === 'boolean') return value ? WORDS.common.yes : WORDS.approvals.no;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : WORDS.common.noneInline;
}

export const provider: Kind = {
  name: WORDS.approvals.aProvidersConfiguration,
  onApproval: WORDS.approvals.allNodesUseConfiguration,
  approvers: 'operator',
  inWords(content) {
    const [document, seen] = [content.part('document'), content.number('seen')];
    const [name, currencies] = [document.text('name'), document.texts('currencies')];
    const changes = content.parts('changes').map((change): Change => {
      const [field, values] = [change.text('field'), Object.fromEntries(change.entries())];
      return {
        what: FIELDS[field] ?? field.replaceAll('_', ' '),
        before: seen === 0 ? null : shown(field, values['before'], currencies),
        after: shown(field, values['after'], currencies),
      };
    });
    return {
      title: seen === 0 ? WORDS.approvals.newProvider({ name }) : WORDS.approvals.configurationOf({ name, changes: changes.map(({ what }) => what.toLowerCase()).join(', ') }),
      sentences: [
        document.flag('enabled') ? WORDS.approvals.rewardsAreSentTo({ url: document.text('url') }) : WORDS.approvals.rewardsSentOnceEnabled({ url: document.text('url') }),
        WORDS.approvals.personDecidesAboutRewards({ limit: limitInWords(document.number('limit_minor'), currencies) }),
      ],
      changes,
      object: { path: `/providers/${encodeURIComponent(name)}/show`, label: WORDS.common.providerName({ name }), permission: forAllBrands('operations.read') },
    };
  },
};

const FIRST =
  WORDS.approvals.theseFirstDecidedSettings;

/** Settings of an adapter's process; their names are those of its declaration. */
export const adapter: Kind = {
  name: WORDS.approvals.anAdaptersSettings,
  onApproval: WORDS.approvals.processBeginsAnewThese,
  approvers: 'operator',
  inWords(content) {
    const [name, isFirst] = [content.part('document').text('name'), content.flag('imported')];
    const changes = content.parts('changes').map((change): Change => {
      const values = Object.fromEntries(change.entries());
      return { what: settingName(change.text('field')), before: shown('', values['before'], []), after: shown('', values['after'], []) };
    });
    return {
      title: WORDS.approvals.settingsOf({ name, what: isFirst ? WORDS.approvals.theFirstThatAreDecided : changes.map(({ what }) => what.toLowerCase()).join(', ') || WORDS.approvals.asTheyAre }),
      sentences: [...(isFirst ? [FIRST] : []), WORDS.approvals.processDisconnectsFollows({ name })],
      changes,
      object: { path: `/providers/${encodeURIComponent(name)}/show`, label: WORDS.common.providerName({ name }), permission: forAllBrands('operations.read') },
    };
  },
};

/** Return the name of a setting in words. */
function settingName(field: string): string {
  const words = field.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const recall: Kind = {
  name: WORDS.approvals.theRecallOfAReward,
  onApproval: WORDS.approvals.versionNoLongerOffered,
  approvers: 'operator',
  inWords(content) {
    const option = content.text('option');
    const [id = '', rewardId = '', version = ''] = option.split(':');
    const [brand, reward] = [brandName(id), rewardName(id, rewardId)];
    return {
      title: WORDS.approvals.recallVersionOf({ reward, version, brand }),
      sentences: [WORDS.approvals.versionEndsOnceAll({ version, reward, brand }), WORDS.approvals.itCannotBeUndone],
      changes: [],
      object: { path: '/rewardStatus', label: WORDS.approvals.rewardStatus, permission: 'operations.read' },
    };
  },
};

export const closeWeek: Kind = {
  name: WORDS.approvals.closingAWeekByHand,
  onApproval: WORDS.approvals.jobClosesWeekConfirms,
  approvers: 'operator',
  inWords(content) {
    const [brand, week] = [brandName(content.text('brand')), content.text('week')];
    return {
      title: WORDS.approvals.closeOf({ week: weekName(week), brand }),
      sentences: [WORDS.approvals.whatCustomersEarnedBecomes({ brand, week: weekName(week) })],
      changes: [],
      object: { path: '/weeks', label: WORDS.common.weeks, permission: 'operations.read' },
    };
  },
};

