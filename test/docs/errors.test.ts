import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { root } from './codeBlocks';

describe('docs/errors.md', () => {
  const text = readFileSync(join(root, 'docs', 'errors.md'), 'utf8');
  const sections = text.split(/^### /m).slice(1);
  const codes = sections.map((section) => section.slice(0, section.indexOf('\n')));

  test('has each code once, and no other', () => {
    expect(codes.toSorted()).toEqual([...errorCodes].toSorted());
  });

  test.each(['cause', 'maybeApplied', 'remedy'])('tells the %s of each', (row) => {
    const silent = codes.filter((_, index) => !sections[index]?.includes(`\n| ${row} | `));
    expect(silent).toEqual([]);
  });
});
