/** Proposals about what brands show of sports. */
import { moment } from '../../time/moments.ts';
import { SCOPES, sentences, type PlacementInWords } from '../../events/board/words.ts';
import { WORDS } from '../../words/index.ts';

import type { Content, Kind } from './proposal.ts';
import type { BoardScope } from '../../graph/generated/operations.ts';

/** Return the scope that a proposal names. */
export function scopeOf(content: Content): BoardScope {
  const scope = content.text('scope').toUpperCase();
  if (scope !== 'SPORT' && scope !== 'COMPETITION' && scope !== 'EVENT') throw new TypeError('there is no such scope');
  return scope;
}

function placement(content: Content, brand: string | null): PlacementInWords {
  const [since, until] = [content.textOrNull('since'), content.textOrNull('until')];
  return {
    territories: content.texts('territories'),
    since: since === null ? null : moment(since, brand),
    until: until === null ? null : moment(until, brand),
    hidden: content.flag('hidden'),
    position: content.numberOrNull('position'),
    names: content.part('names').entries().map(([locale, name]) => [locale, String(name)]),
    hasImage: content.text('image_url') !== '',
  };
}

export const boardEntry: Kind = {
  name: WORDS.approvals.howSomethingIsShown,
  onApproval: WORDS.approvals.allNodesShowSoScheduleSoon,
  approvers: 'approver',
  inWords(content, brand) {
    const [scope, name] = [scopeOf(content), content.text('name')];
    const [before, after] = ['before', 'placements'].map((part) => sentences(content.parts(part).map((one) => placement(one, brand)), scope));
    const removed = content.parts('placements').length === 0;
    const about = scope === 'SPORT' ? name : [name, content.text('competition')].filter((text, at, all) => text !== '' && all.indexOf(text) === at).join(', ');
    const startsAt = content.textOrNull('starts_at');
    return {
      title: removed ? WORDS.approvals.asItsProvidersTellIt({ name }) : WORDS.approvals.howIsShown({ name }),
      sentences: [startsAt === null ? WORDS.approvals.scopeIsAbout({ scope: SCOPES[scope], about }) : WORDS.approvals.scopeIsAboutStarting({ scope: SCOPES[scope], about, startsAt: moment(startsAt, brand) }), ...(after ?? [])],
      changes: [{ what: WORDS.common.howItIsShown, before: (before ?? []).join(' '), after: (after ?? []).join(' ') }],
      object: {
        path: `/board/${encodeURIComponent(`${content.text('scope')}:${content.text('id')}`)}`,
        label: WORDS.approvals.onTheBoard({ name }),
        permission: 'events.board',
      },
    };
  },
};
