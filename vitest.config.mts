import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const dist = fileURLToPath(new URL('dist', import.meta.url));

// The tests see what ships: dist/ is loaded by Node itself, untouched by the test runner.
export default defineConfig({
  resolve: {
    alias: [
      { find: /^libmemcached$/, replacement: `${dist}/index.js` },
      { find: /^libmemcached\/otel$/, replacement: `${dist}/otel/index.js` },
      { find: /^libmemcached\/prometheus$/, replacement: `${dist}/prometheus.js` },
      { find: /^libmemcached\/testing$/, replacement: `${dist}/testing/index.js` },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    server: { deps: { external: [/\/dist\//] } },
    pool: 'forks',
    maxWorkers: 3,
    allowOnly: false,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
