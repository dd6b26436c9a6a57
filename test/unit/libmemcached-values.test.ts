import { describe, expect, test } from 'vitest';
import { valuesOf } from './presetValues';

describe.each(['libmemcached', 'libketama'])('for %s', (preset) => {
  const { stored, read } = valuesOf(preset);

  test('values are written as without a preset', () => {
    const plain = valuesOf(preset, { preset: undefined });
    for (const value of ['caf\u00e9', Buffer.from([255]), 42, 2n ** 70n, true, null, { a: 1 }]) {
      expect(stored(value)).toEqual(plain.stored(value));
      const [data, flags] = stored(value);
      expect(read(Buffer.from(data, 'latin1'), flags)).toEqual(value);
    }
  });

  test('what others wrote is text, or a Buffer where it is not UTF-8, whatever the flags', () => {
    for (const flags of [0, 1, 7, 65536]) {
      expect(read('caf\u00e9', flags)).toBe('caf\u00e9');
      expect(read(Buffer.from([255]), flags)).toEqual(Buffer.from([255]));
    }
  });
});
