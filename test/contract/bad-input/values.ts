import { expect } from 'vitest';
import { failure, freshKey, freshKeys, storedItem } from '../helpers';
import { type BadInput, each, onlyError } from './row';

const MEBIBYTE = 2 ** 20;

export const values: BadInput[] = [
  {
    name: 'B13 a value that is undefined, a function or a symbol',
    code: 'SERIALIZE',
    refused: {
      ...each(
        { undefined: undefined, function: () => 1, symbol: Symbol('s') },
        (client, value, key) => client.set(key, value),
      ),
      'added undefined': (client, key) => client.add(key, undefined),
      'undefined in a batch': (client, key) => onlyError(client.setMulti([[key, undefined]])),
      'function in a batch': (client, key) => onlyError(client.setMulti({ [key]: () => 1 })),
    },
  },
  {
    name: 'B14 the number 1e9 where bytes are wanted; as a value it is a number',
    refused: {
      append: (client, key) => client.append(key, 1e9 as never),
      prepend: (client, key) => client.prepend(key, 1e9 as never),
      setRaw: (client, key) => client.setRaw(key, 1e9 as never, 0),
      'an array': (client, key) => client.append(key, [1, 2] as never),
      'an object with a length': (client, key) => client.append(key, { length: 5 } as never),
      null: (client, key) => client.setRaw(key, null as never, 0),
      nothing: (client, key) => client.append(key, undefined as never),
    },
    async also({ client, server }) {
      const key = freshKey();
      await client.set(key, 1e9);
      expect((await storedItem(server, key))?.data).toBe('1000000000');
      expect(await client.get(key)).toBe(1e9);
    },
  },
  {
    name: 'B15 an empty string and an empty Buffer are values, not bad input',
    async also({ client }) {
      const [text, bytes] = freshKeys(2) as [string, string];
      await client.set(text, '');
      await client.set(bytes, Buffer.alloc(0));
      expect(await client.get(text)).toBe('');
      expect(await client.get(bytes)).toEqual(Buffer.alloc(0));
      expect(new Map(await client.getMulti([text, bytes]))).toEqual(
        new Map<string, unknown>([
          [text, ''],
          [bytes, Buffer.alloc(0)],
        ]),
      );
    },
  },
  {
    name: 'B16 a value above the limit: refused before it is sent, and the old one stays',
    code: 'TOO_LARGE',
    refused: {
      'one byte too many': (client, key) => client.set(key, 'x'.repeat(MEBIBYTE + 1)),
      '2 MiB': (client, key) => client.set(key, Buffer.alloc(2 * MEBIBYTE)),
      '100 MB': (client, key) => client.set(key, Buffer.alloc(100_000_000)),
      '2^31 bytes': (client, key) => client.setRaw(key, Buffer.allocUnsafeSlow(2 ** 31), 0),
      append: (client, key) => client.append(key, 'x'.repeat(MEBIBYTE + 1)),
      'in a batch': (client, key) =>
        onlyError(client.setMulti({ [key]: 'x'.repeat(MEBIBYTE + 1) })),
    },
    async also({ client }) {
      const key = freshKey();
      await client.set(key, 'old');
      await failure(client.set(key, 'x'.repeat(2 * MEBIBYTE)));
      expect(await client.get(key)).toBe('old');
      expect(await client.set(key, 'x'.repeat(MEBIBYTE - 1000))).toBe(true);
      expect(await client.get(key)).toHaveLength(MEBIBYTE - 1000);
    },
  },
  {
    name: 'B17 a value that is changed after the call: the old one is stored',
    async also({ client }) {
      const [bytes, object, appended, many] = freshKeys(4) as [string, string, string, string];
      await client.set(appended, '');
      const buffer = Buffer.from('before');
      const shared = { state: 'before' };
      const writes = [
        client.set(bytes, buffer),
        client.set(object, shared),
        client.append(appended, buffer),
        client.setMulti({ [many]: buffer }),
      ];
      buffer.fill('x');
      shared.state = 'after';
      await Promise.all(writes);
      expect(String(await client.get(bytes))).toBe('before');
      expect(await client.get(object)).toEqual({ state: 'before' });
      expect(await client.get(appended)).toBe('before');
      expect(String(await client.get(many))).toBe('before');
    },
  },
  {
    name: 'B18 a value in a resizable buffer that shrinks in flight: the old one is stored',
    async also({ client }) {
      const Resizable = ArrayBuffer as unknown as new (
        length: number,
        options: { maxByteLength: number },
      ) => ArrayBuffer & { resize(length: number): void };
      const key = freshKey();
      const memory = new Resizable(100_000, { maxByteLength: 100_000 });
      new Uint8Array(memory).fill(97);
      const write = client.set(key, new Uint8Array(memory));
      memory.resize(0);
      await write;
      expect(String(await client.get(key))).toBe('a'.repeat(100_000));

      const detached = new Uint8Array(8);
      structuredClone(detached.buffer, { transfer: [detached.buffer] });
      expect((await failure(client.set(key, detached))).code).toBe('SERIALIZE');
    },
  },
];
