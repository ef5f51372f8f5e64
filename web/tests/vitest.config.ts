import { defineConfig } from 'vitest/config';

import { ALIAS } from '../alias.ts';
import { icons } from '../icons/icons.ts';

// Apart from the build's configuration, which does without Vitest.
export default defineConfig({
  plugins: [icons()],
  resolve: { alias: ALIAS },
  test: {
    environment: 'node',
    include: ['tests/**/*.test.ts'],
    // A generous limit, because no test depends on the speed of the machine.
    testTimeout: 120_000,
    // A process for each file took a third of the time; what a test replaces, it puts back.
    isolate: false,
  },
});
