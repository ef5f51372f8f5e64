/** Proposals about the games that brands show. */
import { moment } from '../../time/moments.ts';

import type { Content, Kind } from './proposal.ts';

/** What a message leaves out is empty. */
function has(content: Content, name: string): boolean {
  return content.entries().some(([one, value]) => one === name && value !== null);
}

function parts(content: Content, name: string): readonly Content[] {
  return has(content, name) ? content.parts(name) : [];
}

function texts(content: Content, name: string): readonly string[] {
  return has(content, name) ? content.texts(name) : [];
}

function rule(content: Content): string {
  const by = content.text('by');
  const days = has(content, 'days') ? content.number('days') : 30;
  if (by === 'new') return `games first seen in the last ${days} days`;
  if (by === 'popular') return `the games played most in the last ${days} days`;
  if (by === 'tag') return `games with the tag “${content.text('value')}”`;
  if (by === 'provider') return `games of ${content.text('value')}`;
  return 'all games';
}

function games(content: Content): string {
  if (has(content, 'rule')) return rule(content.part('rule'));
  const listed = texts(content, 'games').length;
  return listed === 1 ? 'one game' : `${listed} games in the order of the list`;
}

function named(content: Content): string {
  const [first] = has(content, 'names') ? content.part('names').entries() : [];
  return first === undefined ? content.text('id') : String(first[1]);
}

function section(content: Content, brand: string | null): string {
  const where = texts(content, 'jurisdictions');
  const devices = texts(content, 'devices');
  const conditions = [
    where.length > 0 ? `only in ${where.join(', ')}` : '',
    devices.length > 0 ? `only on ${devices.join(', ').toLowerCase()}` : '',
    has(content, 'since') ? `from ${moment(content.text('since'), brand)}` : '',
    has(content, 'until') ? `until ${moment(content.text('until'), brand)}` : '',
  ].filter((text) => text !== '');
  return [`“${named(content)}”: ${games(content)}`, ...conditions].join(', ');
}

function sections(state: Content | null, brand: string | null): string {
  if (state === null) return 'The usual sections: popular, new, and all games.';
  const listed = parts(state, 'sections').map((one) => section(one, brand));
  return listed.length === 0 ? 'No section.' : `${listed.join('; ')}.`;
}

function groups(state: Content | null): string {
  const listed = state === null ? [] : parts(state, 'groups').map((one) => `“${named(one)}”: ${games(one)}`);
  return listed.length === 0 ? 'No group.' : `${listed.join('; ')}.`;
}

export const lobby: Kind = {
  name: 'The sections of a casino lobby',
  onApproval: 'All nodes show it so, by its schedule, as soon as they have applied the decision.',
  approvers: 'approver',
  inWords(content, brand) {
    const [before, after] = [content.partOrNull('before'), content.part('lobby')];
    const count = parts(after, 'sections').length;
    return {
      title: `A lobby of ${count === 1 ? 'one section' : `${count} sections`}`,
      sentences: ['A game is shown only where it is certified, whatever the sections say.'],
      changes: [
        { what: 'Sections', before: sections(before, brand), after: sections(after, brand) },
        { what: 'Groups that rewards name', before: groups(before), after: groups(after) },
      ],
      object: { path: '/lobby', label: 'The lobby', permission: 'lobby.read' },
    };
  },
};
