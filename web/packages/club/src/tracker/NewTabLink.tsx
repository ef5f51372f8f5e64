/** A link to terms, which opens in a new tab and says so. */
import type { ReactNode } from 'react';

import { useLocale } from '../locale/locale';

interface NewTabLinkProps {
  readonly href: string;
  readonly label?: string;
  readonly children: ReactNode;
}

export function NewTabLink({ href, label, children }: NewTabLinkProps) {
  const { words } = useLocale();
  return (
    <a href={href} target="_blank" rel="noreferrer">
      {label === undefined ? children : <span aria-hidden="true">{children}</span>}
      <span className="club-hidden">
        {' '}
        {label} ({words.newTab})
      </span>
    </a>
  );
}
