/** Amounts and odds in a page that a browser may translate: they stay as they are. */
import type { ReactNode } from 'react';

interface FigureProps {
  readonly className?: string;
  readonly testid?: string;
  readonly children: string;
}

export function Figure({ className, testid, children }: FigureProps) {
  return (
    <bdi className={className} data-testid={testid} translate="no">
      {children}
    </bdi>
  );
}

interface SentenceProps {
  /** A text with names in braces. */
  readonly template: string;
  /** What stands for each name. */
  readonly figures: Readonly<Record<string, ReactNode>>;
}

/** A sentence with figures in it. */
export function Sentence({ template, figures }: SentenceProps) {
  const parts = template.split(/\{(\w+)\}/u);
  return <>{parts.map((part, index) => (index % 2 === 0 ? part : (figures[part] ?? `{${part}}`)))}</>;
}
