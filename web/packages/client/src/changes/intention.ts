/** Serializes changes for storage, and for finding the key of a change that is sent again. */
export type Change =
  | { readonly kind: 'opt-in'; readonly brand: string; readonly termsVersion: string }
  | { readonly kind: 'opt-out'; readonly brand: string }
  | {
      readonly kind: 'change-reward';
      readonly brand: string;
      readonly optionId: string;
      readonly expectedVersion: number;
    };

export function intentionOf(change: Change): string {
  return JSON.stringify(change);
}

/** Parses a result of `intentionOf`; null for any other text. */
export function readChange(intention: string): Change | null {
  try {
    const found = JSON.parse(intention) as Partial<Record<string, unknown>> | null;
    if (typeof found?.['brand'] !== 'string') return null;
    const { kind, brand, termsVersion, optionId, expectedVersion } = found;
    if (kind === 'opt-out') return { kind, brand };
    if (kind === 'opt-in' && typeof termsVersion === 'string') return { kind, brand, termsVersion };
    if (kind === 'change-reward' && typeof optionId === 'string' && typeof expectedVersion === 'number') {
      return { kind, brand, optionId, expectedVersion };
    }
    return null;
  } catch {
    return null;
  }
}
