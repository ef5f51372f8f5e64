/** A heading that opens its content on tap; the content is mounted only then. */
import { useState, type ReactNode } from 'react';

interface DisclosureProps {
  readonly title: string;
  readonly testid: string;
  readonly children: ReactNode;
}

export function Disclosure({ title, testid, children }: DisclosureProps) {
  const [open, setOpen] = useState(false);
  return (
    <details className="club-disclosure" data-testid={testid} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {open && children}
    </details>
  );
}
