import { defineConfig } from 'vitest/config';

import { ALIAS } from '../alias.ts';
import { icons } from '../icons/icons.ts';

// Apart from the build's configuration, which does without Vitest.
export default defineConfig({
  plugins: [icons()],
  resolve: { alias: ALIAS },
  // A generous limit, because no test depends on the speed of the machine.
  test: { environment: 'node', include: ['tests/**/*.test.ts'], testTimeout: 120_000 },
});
