/** Proposals about the games that brands show. */
import { moment } from '../../time/moments.ts';
import { WORDS } from '../../words/index.ts';

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
  if (by === 'new') return WORDS.approvals.gamesFirstSeenInTheLastDays({ days });
  if (by === 'popular') return WORDS.approvals.gamesPlayedMostLastDays({ days });
  if (by === 'tag') return WORDS.approvals.gamesWithTheTag({ value: content.text('value') });
  if (by === 'provider') return WORDS.approvals.gamesOf({ value: content.text('value') });
  return WORDS.approvals.allGames;
}

function games(content: Content): string {
  if (has(content, 'rule')) return rule(content.part('rule'));
  const listed = texts(content, 'games').length;
  return WORDS.approvals.gamesInTheOrderOfTheList({ listed });
}

function named(content: Content): string {
  const [first] = has(content, 'names') ? content.part('names').entries() : [];
  return first === undefined ? content.text('id') : String(first[1]);
}

function section(content: Content, brand: string | null): string {
  const where = texts(content, 'jurisdictions');
  const devices = texts(content, 'devices');
  const conditions = [
    where.length > 0 ? WORDS.approvals.onlyIn({ where: where.join(', ') }) : '',
    devices.length > 0 ? WORDS.approvals.onlyOn({ devices: devices.join(', ').toLowerCase() }) : '',
    has(content, 'since') ? WORDS.common.fromInline({ from: moment(content.text('since'), brand) }) : '',
    has(content, 'until') ? WORDS.approvals.until({ until: moment(content.text('until'), brand) }) : '',
  ].filter((text) => text !== '');
  return [`“${named(content)}”: ${games(content)}`, ...conditions].join(', ');
}

function sections(state: Content | null, brand: string | null): string {
  if (state === null) return WORDS.approvals.theUsualSections;
  const listed = parts(state, 'sections').map((one) => section(one, brand));
  return listed.length === 0 ? WORDS.approvals.noSection : `${listed.join('; ')}.`;
}

function groups(state: Content | null): string {
  const listed = state === null ? [] : parts(state, 'groups').map((one) => `“${named(one)}”: ${games(one)}`);
  return listed.length === 0 ? WORDS.approvals.noGroup : `${listed.join('; ')}.`;
}

export const lobby: Kind = {
  name: WORDS.approvals.theSectionsOfACasinoLobby,
  onApproval: WORDS.approvals.allNodesShowSoScheduleSoon,
  approvers: 'approver',
  inWords(content, brand) {
    const [before, after] = [content.partOrNull('before'), content.part('lobby')];
    const count = parts(after, 'sections').length;
    return {
      title: WORDS.approvals.aLobbyOfSections({ count }),
      sentences: [WORDS.approvals.gameShownOnlyWhere],
      changes: [
        { what: WORDS.common.sections, before: sections(before, brand), after: sections(after, brand) },
        { what: WORDS.common.groupsThatRewardsName, before: groups(before), after: groups(after) },
      ],
      object: { path: '/lobby', label: WORDS.common.theLobby, permission: 'lobby.read' },
    };
  },
};
