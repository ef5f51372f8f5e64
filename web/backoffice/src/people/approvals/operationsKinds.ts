/** Proposals about providers, rewards and weeks. */
import { brandName, rewardName } from '../../frame/names.ts';
import { forAllBrands } from '../../session/permissions.ts';
import { limitInWords } from '../../operations/providers/provider.ts';
import { weekName } from '../../time/weeks.ts';

import type { Change, Kind } from './proposal.ts';

const FIELDS: Readonly<Record<string, string>> = {
  name: 'Name',
  position: 'Position (the lowest is asked first)',
  adapter: 'Adapter',
  url: 'Address',
  secret: 'Name of the secret',
  brands: 'Brands',
  kinds: 'Kinds of reward',
  currencies: 'Currencies',
  limit_minor: 'Review rewards above',
  in_flight: 'Max concurrent calls',
  timeout_seconds: 'Timeout (s)',
  attempts: 'Attempts',
  pause_seconds: 'Initial retry delay (s)',
  breaker_failures: 'Failures before circuit opens',
  breaker_rest_seconds: 'Circuit stays open (s)',
  key_hours: 'Idempotency keys kept (h)',
  learns: 'Usage reported by',
  poll_minutes: 'Polling interval (min)',
  enabled: 'Enabled',
};

/** Return the value of a provider's field as people read it. */
function shown(field: string, value: unknown, currencies: readonly string[]): string {
  if (field === 'limit_minor' && typeof value === 'number') return limitInWords(value, currencies);
  if (Array.isArray(value)) return value.length === 0 ? 'all' : value.join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'none';
}

export const provider: Kind = {
  name: "A provider's configuration",
  onApproval: 'All nodes use this configuration from now on. Its health by node says which revision each one uses.',
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
      title: seen === 0 ? `New provider ${name}` : `Configuration of ${name}: ${changes.map(({ what }) => what.toLowerCase()).join(', ')}`,
      sentences: [
        `Rewards are sent to ${document.text('url')}${document.flag('enabled') ? '' : ' once it is enabled'}.`,
        `A person decides about rewards above ${limitInWords(document.number('limit_minor'), currencies)}.`,
      ],
      changes,
      object: { path: `/providers/${encodeURIComponent(name)}/show`, label: `Provider ${name}`, permission: forAllBrands('operations.read') },
    };
  },
};

const FIRST =
  'These are its first decided settings, and replace its whole environment. Check each one: those before are what the back office’s own environment says, and its process may have others.';

/** Settings of an adapter's process; their names are those of its declaration. */
export const adapter: Kind = {
  name: "An adapter's settings",
  onApproval: 'Its process begins anew with these settings, within seconds. Its page says which revision it uses, or why it cannot.',
  approvers: 'operator',
  inWords(content) {
    const [name, isFirst] = [content.part('document').text('name'), content.flag('imported')];
    const changes = content.parts('changes').map((change): Change => {
      const values = Object.fromEntries(change.entries());
      return { what: settingName(change.text('field')), before: shown('', values['before'], []), after: shown('', values['after'], []) };
    });
    return {
      title: `Settings of ${name}: ${isFirst ? 'the first that are decided' : changes.map(({ what }) => what.toLowerCase()).join(', ') || 'as they are'}`,
      sentences: [...(isFirst ? [FIRST] : []), `The process of ${name} disconnects, and follows its provider with these settings. What it has told counts as incomplete until it knows everything again.`],
      changes,
      object: { path: `/providers/${encodeURIComponent(name)}/show`, label: `Provider ${name}`, permission: forAllBrands('operations.read') },
    };
  },
};

/** Return the name of a setting in words. */
function settingName(field: string): string {
  const words = field.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const recall: Kind = {
  name: 'The recall of a reward',
  onApproval: 'This version is no longer offered or credited to anyone. Customers who had chosen it choose another one.',
  approvers: 'operator',
  inWords(content) {
    const option = content.text('option');
    const [id = '', rewardId = '', version = ''] = option.split(':');
    const [brand, reward] = [brandName(id), rewardName(id, rewardId)];
    return {
      title: `Recall “${reward}”, version ${version}, of ${brand}`,
      sentences: [`Version ${version} of “${reward}” ends at once, for all customers of ${brand}.`, 'It cannot be undone: a new version can be made.'],
      changes: [],
      object: { path: '/rewardStatus', label: 'Reward status', permission: 'operations.read' },
    };
  },
};

export const closeWeek: Kind = {
  name: 'Closing a week by hand',
  onApproval: 'A job closes the week and confirms its rewards; then they are credited. Watch the job: it says why if it cannot close yet.',
  approvers: 'operator',
  inWords(content) {
    const [brand, week] = [brandName(content.text('brand')), content.text('week')];
    return {
      title: `Close ${weekName(week)} of ${brand}`,
      sentences: [`What customers of ${brand} have earned in ${weekName(week)} becomes final: bets that arrive later change nothing.`],
      changes: [],
      object: { path: '/weeks', label: 'Weeks', permission: 'operations.read' },
    };
  },
};

