/** The pages of the site, each at an address of its own. */
import { useCallback, useEffect, useState } from 'react';

export const PAGES = ['sports', 'bets', 'casino'] as const;
export type Page = (typeof PAGES)[number];

const NAME = 'page';
const GROUP = 'group';

/** The page of an address's query; sports for any other. */
export function pageOf(search: string): Page {
  const asked = new URLSearchParams(search).get(NAME);
  return PAGES.find((page) => page === asked) ?? 'sports';
}

/** The group of games that the casino is opened for, by its id in the graph; null if it is for all. */
export function groupOf(search: string): string | null {
  return pageOf(search) === 'casino' ? new URLSearchParams(search).get(GROUP) : null;
}

/** The query of a page's address; what else is in it stays. */
export function searchOf(page: Page, search: string, group?: string): string {
  const query = new URLSearchParams(search);
  query.set(NAME, page);
  query.delete(GROUP);
  if (group !== undefined) query.set(GROUP, group);
  if (page === 'sports') query.delete(NAME);
  return query.size === 0 ? '' : `?${query.toString()}`;
}

export type GoTo = (page: Page, group?: string) => void;

interface Place {
  readonly page: Page;
  /** See `groupOf`. */
  readonly group: string | null;
}

function placeOf(search: string): Place {
  return { page: pageOf(search), group: groupOf(search) };
}

/** Returns where the browser's address is on the site, and what goes to another page. */
export function usePage(): readonly [Place, GoTo] {
  const [place, setPlace] = useState(() => placeOf(window.location.search));

  useEffect(() => {
    const moved = () => setPlace(placeOf(window.location.search));
    window.addEventListener('popstate', moved);
    return () => window.removeEventListener('popstate', moved);
  }, []);

  const go = useCallback<GoTo>((next, group) => {
    const { pathname, search } = window.location;
    const wanted = searchOf(next, search, group);
    if (pageOf(search) !== next || groupOf(search) !== (group ?? null)) window.history.pushState(null, '', `${pathname}${wanted}`);
    setPlace(placeOf(wanted));
    window.scrollTo(0, 0);
  }, []);
  return [place, go];
}
