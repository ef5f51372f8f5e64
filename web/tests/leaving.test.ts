import { expect, test } from 'vitest';

import { isLeft, SAVED } from '../backoffice/src/components/leaving.ts';

const at = (pathname: string, search = '', state: unknown = null) => ({ pathname, search, state, hash: '', key: '' });

test('a screen is left for another one, and for another brand, but not after a saving', () => {
  expect(isLeft(at('/content/a'), at('/content'))).toBe(true);
  expect(isLeft(at('/content/a', '?brand=x'), at('/content/a', '?brand=x&page=2'))).toBe(false);
  expect(isLeft(at('/schemes/create', '?brand=x'), at('/schemes/create', '?brand=y'))).toBe(true);
  expect(isLeft(at('/content/a'), at('/content/a', '?brand=x'))).toBe(false); // the brand is only named
  expect(isLeft(at('/schemes/create'), at('/schemes', '?brand=x', SAVED))).toBe(false);
});
