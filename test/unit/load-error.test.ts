import { expect, test } from 'vitest';
import { loadError } from '../../dist/loadError.js';

test.each([
  [
    'glibc',
    'libmemcached.so.11: cannot open shared object file: No such file or directory',
    'libmemcached.so.11',
  ],
  [
    'musl',
    'Error loading shared library libhashkit.so.2: No such file or directory (needed by /app/a.node)',
    'libhashkit.so.2',
  ],
  [
    'macOS',
    'dlopen(/app/a.node, 0x0001): Library not loaded: /opt/homebrew/lib/libmemcached.11.dylib\n  Referenced from: /app/a.node',
    '/opt/homebrew/lib/libmemcached.11.dylib',
  ],
])('a missing library is known by the words of %s', (_, words, library) => {
  const cause = new Error(words);
  const error = loadError(cause);
  expect(error.message).toContain(`addon needs ${library}, which is not installed`);
  expect(error.message).toMatch(
    /apt-get install .*\n.*dnf install .*\n.*apk add .*\n.*brew install/,
  );
  expect(error.cause).toBe(cause);
});

test('any other failure is told in the words of the system', () => {
  const words = "libc.so.6: version `GLIBC_2.34' not found (required by /app/a.node)";
  expect(loadError(new Error(words)).message).toContain(words);
});
