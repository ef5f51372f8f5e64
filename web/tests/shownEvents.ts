/** Events as the graph answers them to the demo's page, and the page's board after its reads and updates. */
import { boardAtStart, reduceBoard, type Board } from '../demo/events/board';
import type { SportsEventsQuery } from '../demo/generated/operations';
import type { OfferedEvent } from '../demo/events/offers';
import { POLL_MS } from '../demo/events/poller';

export const START = boardAtStart([]);

interface Facts {
  readonly status?: OfferedEvent['status'];
  readonly market?: OfferedEvent['markets'][number]['status'];
  readonly selection?: OfferedEvent['markets'][number]['selections'][number]['status'];
  readonly placeTerms?: OfferedEvent['markets'][number]['placeTerms'];
}

export function event(id: string, milli: readonly (number | null)[], { status = 'SCHEDULED', market = 'OPEN', selection = 'OPEN', placeTerms = null }: Facts = {}): OfferedEvent {
  const selections = milli.map((odds, place) => ({
    id: `${id}-${place}`,
    name: `Side ${place}`,
    status: selection,
    odds: odds === null ? null : { milli: odds, display: String(odds) },
  }));
  const facts = { id, name: id, startsAt: '2026-04-08T14:00:00Z', status, score: null, sport: { id: 's', name: 'S' }, competition: { name: 'C' } };
  return { ...facts, markets: [{ id: `m-${id}`, name: 'Result', status: market, placeTerms, selections }] };
}

export function answer(nodes: readonly OfferedEvent[], more: Partial<SportsEventsQuery> = {}, hasNextPage = false) {
  const pageInfo = { hasNextPage, endCursor: nodes.at(-1)?.id ?? null };
  return { data: { sports: [], events: { nodes, pageInfo }, ...more }, faults: [] };
}

export function read(board: Board, nodes: readonly OfferedEvent[], more: Partial<SportsEventsQuery> = {}, hasNext = false): Board {
  return reduceBoard(board, { type: 'read', answer: answer(nodes, more, hasNext), at: (board.presentAt ?? 0) + POLL_MS });
}

/** After an update of the prices, an image by default. */
export function updated(board: Board, events: readonly OfferedEvent[], image = true, at = (board.presentAt ?? 0) + 200): Board {
  return reduceBoard(board, { type: 'updated', update: { position: String(at), image, events }, at });
}
