/** The way between the pages of the site. */
import { useLocale } from '@furlong/club';

import { PageLink } from './PageLink';
import type { Page } from './pages';
import { siteWords } from './words';

interface SiteNavProps {
  readonly pages: readonly Page[];
  readonly shown: Page;
  readonly onPage: (page: Page) => void;
}

export function SiteNav({ pages, shown, onPage }: SiteNavProps) {
  const words = siteWords(useLocale());

  return (
    <nav className="site-nav" aria-label={words.nav}>
      <ul>
        {pages.map((page) => (
          <li key={page}>
            <PageLink page={page} testid={`nav-${page}`} isCurrent={page === shown} onFollow={() => onPage(page)}>
              {words.pages[page]}
            </PageLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
