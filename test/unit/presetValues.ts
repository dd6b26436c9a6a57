import type { Codec } from '../../dist/codec.js';
import { MemcachedError } from '../../dist/errors.js';
import { toSettings } from '../../dist/options.js';

/** A preset's codec, and the two questions its tests ask. */
export interface PresetValues {
  codec: Codec;
  /** What is stored for a value: the bytes as Latin-1, and the flags. */
  stored(value: unknown): [data: string, flags: number];
  /** What is read of text (stored as UTF-8) or bytes. */
  read(data: string | Buffer, flags: number): unknown;
}

export function valuesOf(preset: string, more: object = {}): PresetValues {
  const { codec } = toSettings('a', { preset, ...more });
  return {
    codec,
    stored(value) {
      const { data, flags } = codec.encode(value);
      return [Buffer.from(data as string).toString('latin1'), flags];
    },
    read: (data, flags) => codec.decode(Buffer.from(data as string), flags),
  };
}

/** What comes back of stored bytes: a value, or undefined for a DECODE; any other error is thrown. */
export function readOrRefused(codec: Codec, data: Uint8Array, flags: number): unknown {
  try {
    return codec.decode(Buffer.from(data), flags);
  } catch (error) {
    if (error instanceof MemcachedError && error.code === 'DECODE') return undefined;
    throw error;
  }
}
