/** The pages of the site, each at an address of its own. */
import { useCallback, useEffect, useState } from 'react';

export const PAGES = ['sports', 'bets', 'casino'] as const;
export type Page = (typeof PAGES)[number];

const NAME = 'page';

/** The page of an address's query; sports for any other. */
export function pageOf(search: string): Page {
  const asked = new URLSearchParams(search).get(NAME);
  return PAGES.find((page) => page === asked) ?? 'sports';
}

/** The query of a page's address; what else is in it stays. */
export function searchOf(page: Page, search: string): string {
  const query = new URLSearchParams(search);
  query.set(NAME, page);
  if (page === 'sports') query.delete(NAME);
  return query.size === 0 ? '' : `?${query.toString()}`;
}

/** Returns the page of the browser's address, and what goes to another. */
export function usePage(): readonly [Page, (page: Page) => void] {
  const [page, setPage] = useState(() => pageOf(window.location.search));

  useEffect(() => {
    const moved = () => setPage(pageOf(window.location.search));
    window.addEventListener('popstate', moved);
    return () => window.removeEventListener('popstate', moved);
  }, []);

  const go = useCallback((next: Page) => {
    const { pathname, search } = window.location;
    if (pageOf(search) !== next) window.history.pushState(null, '', `${pathname}${searchOf(next, search)}`);
    setPage(next);
    window.scrollTo(0, 0);
  }, []);
  return [page, go];
}
