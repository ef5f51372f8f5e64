/** A link to a page of the site, which a click follows without loading anything; in another tab, it is the browser's. */
import type { MouseEvent, ReactNode } from 'react';

import { type Page, searchOf } from './pages';

interface PageLinkProps {
  readonly page: Page;
  readonly group?: string;
  readonly testid: string;
  readonly className?: string;
  readonly isCurrent?: boolean;
  readonly onFollow: () => void;
  readonly children: ReactNode;
}

export function PageLink({ page, group, testid, className, isCurrent = false, onFollow, children }: PageLinkProps) {
  function follow(event: MouseEvent): void {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    onFollow();
  }

  return (
    <a
      href={searchOf(page, window.location.search, group) || window.location.pathname}
      className={className}
      data-testid={testid}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={follow}
    >
      {children}
    </a>
  );
}
