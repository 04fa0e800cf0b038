import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const core = fileURLToPath(new URL('../lib/core', import.meta.url));

/** What compares runs bit by bit, or puts other modules in the place of the house's own, and so shares none. */
const apart = ['test/training/**/*.test.ts'];

export default defineConfig({
  // One copy of the core, its source, for the tests and for what they test.
  resolve: {
    alias: [
      { find: /^unrolled-core$/, replacement: `${core}/index.ts` },
      { find: /^unrolled-core\/internal$/, replacement: `${core}/internal.ts` },
    ],
  },
  test: {
    root: '.',
    pool: 'forks',
    // A hang ends a test; a busy machine does not.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'library',
          include: ['test/**/*.test.ts'],
          exclude: ['test/notebooks/**', ...apart],
          // Loading TensorFlow once a file took half of the time.
          isolate: false,
          setupFiles: ['test/shared.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'apart',
          include: apart,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // A notebook uses both cores of a small machine: one at a time, after all else.
        extends: true,
        test: {
          name: 'notebooks',
          include: ['test/notebooks/**/*.test.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
