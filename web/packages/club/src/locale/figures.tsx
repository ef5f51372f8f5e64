/** Amounts and odds in a page that a browser may translate: they stay as they are. */
interface SentenceProps {
  /** A text with names in braces. */
  readonly template: string;
  /** What stands for each name. */
  readonly figures: Readonly<Record<string, string>>;
  /** What the test ids of the figures begin with; they have classes then, too. */
  readonly testid?: string;
}

/** A sentence with figures in it. */
export function Sentence({ template, figures, testid }: SentenceProps) {
  const parts = template.split(/\{(\w+)\}/u);
  return (
    <>
      {parts.map((part, index) =>
        index % 2 === 0 ? (
          part
        ) : (
          <bdi key={part} className={testid && `club-${part}`} data-testid={testid && `${testid}-${part}`} translate="no">
            {figures[part]}
          </bdi>
        ),
      )}
    </>
  );
}
