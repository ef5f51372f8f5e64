/** The way between the pages of the site. */
import { useLocale } from '@furlong/club';
import type { MouseEvent } from 'react';

import { type Page, searchOf } from './pages';
import { siteWords } from './words';

interface SiteNavProps {
  readonly pages: readonly Page[];
  readonly shown: Page;
  readonly onPage: (page: Page) => void;
}

export function SiteNav({ pages, shown, onPage }: SiteNavProps) {
  const words = siteWords(useLocale());

  /** A click that asks for another tab is the browser's. */
  function follow(event: MouseEvent, page: Page): void {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onPage(page);
  }

  return (
    <nav className="site-nav" aria-label={words.nav}>
      <ul>
        {pages.map((page) => (
          <li key={page}>
            <a
              href={searchOf(page, window.location.search) || window.location.pathname}
              data-testid={`nav-${page}`}
              aria-current={page === shown ? 'page' : undefined}
              onClick={(event) => follow(event, page)}
            >
              {words.pages[page]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
