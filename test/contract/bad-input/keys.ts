import type { Client } from 'libmemcached';
import { expect, vi } from 'vitest';
import { raw } from '../../support/raw';
import { failure, failures, freshKey, freshKeys, openClient, storedItem } from '../helpers';
import { type Attempt, type BadInput, each, onlyError } from './row';

/** Every method that takes a key, with `key` as a bad one. */
function everyMethod(key: string): Record<string, Attempt> {
  return {
    get: (client) => client.get(key),
    gets: (client) => client.gets(key),
    getRaw: (client) => client.getRaw(key),
    getAndTouch: (client) => client.getAndTouch(key, 1),
    has: (client) => client.has(key),
    getMulti: (client) => onlyError(client.getMulti([key])),
    getsMulti: (client) => onlyError(client.getsMulti([key])),
    set: (client) => client.set(key, 'value'),
    add: (client) => client.add(key, 'value'),
    replace: (client) => client.replace(key, 'value'),
    append: (client) => client.append(key, 'data'),
    prepend: (client) => client.prepend(key, 'data'),
    cas: (client) => client.cas(key, 'value', 1n),
    update: (client) => client.update(key, () => 'value'),
    setRaw: (client) => client.setRaw(key, 'data', 0),
    setMulti: (client) => onlyError(client.setMulti([[key, 'value']])),
    addMulti: (client) => onlyError(client.addMulti([[key, 'value']])),
    replaceMulti: (client) => onlyError(client.replaceMulti([[key, 'value']])),
    deleteMulti: (client) => onlyError(client.deleteMulti([key])),
    touchMulti: (client) => onlyError(client.touchMulti([key], 1)),
    incr: (client) => client.incr(key),
    decr: (client) => client.decr(key),
    'incr with initial': (client) => client.incr(key, 1, { initial: 1 }),
    incrMulti: (client) => onlyError(client.incrMulti([key])),
    touch: (client) => client.touch(key, 1),
    delete: (client) => client.delete(key),
    getOrSet: (client) => client.getOrSet(key, 1, () => 'value'),
    locate: (client) => client.locate(key),
    groupKey: (client, good) => client.get(good, { groupKey: key }),
    'groupKey of a write': (client, good) => client.set(good, 'value', { groupKey: key }),
    'groupKey of locate': (client, good) => client.locate(good, { groupKey: key }),
  };
}

/** The same bad key as that of a read, of a write, and as a prefix. */
function anywhere(keys: Record<string, string>): Record<string, Attempt> {
  return {
    ...each(keys, (client, key) => client.get(key)),
    ...named(
      'written',
      each(keys, (client, key) => client.set(key, 'value')),
    ),
    ...named(
      'counted',
      each(keys, (client, key) => client.incr(key, 1, { initial: 1 })),
    ),
    ...named(
      'as Buffer',
      each(keys, (client, key) => client.delete(Buffer.from(key))),
    ),
    ...named(
      'as group',
      each(keys, (client, key, good) => client.get(good, { groupKey: key })),
    ),
    ...named(
      'as prefix',
      each(keys, (client, key, good) => client.get(good, { prefix: key })),
    ),
    ...named(
      'as view',
      each(keys, (client, key) => client.withPrefix(key).get('key')),
    ),
  };
}

function named(word: string, attempts: Record<string, Attempt>): Record<string, Attempt> {
  return Object.fromEntries(
    Object.entries(attempts).map(([name, attempt]) => [`${name}, ${word}`, attempt]),
  );
}

async function expectRoundTrip(client: Client, key: string): Promise<void> {
  expect(await client.set(key, key), JSON.stringify(key)).toBe(true);
  expect(await client.get(key)).toBe(key);
  expect([...(await client.getMulti([key]))]).toEqual([[key, key]]);
  expect(await client.delete(key)).toBe(true);
}

const controls = [...Array(0x20).keys(), 0x7f].map((code) => String.fromCharCode(code));

/** `ArrayBuffer.prototype.transfer` by the means Node 20 has: what is left behind is detached. */
function detached(bytes: Uint8Array): Uint8Array {
  structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
  return bytes;
}

export const keys: BadInput[] = [
  { name: 'B01 an empty key', refused: everyMethod('') },
  {
    name: 'B02 a key of 251 bytes, while 250 are fine',
    refused: everyMethod('k'.repeat(251)),
    also: ({ client }) => expectRoundTrip(client, 'k'.repeat(250)),
  },
  {
    name: 'B03 a key of 126 characters that are 252 bytes, while 250 bytes are fine',
    refused: everyMethod('é'.repeat(126)),
    also: ({ client }) => expectRoundTrip(client, 'é'.repeat(125)),
  },
  {
    name: 'B04 a namespace of 100 bytes and a key of 200, in a batch with good keys',
    async also({ server, options }) {
      const client = openClient(server.server, { ...options, namespace: 'n'.repeat(100) });
      const [good, long] = [freshKey(), 'k'.repeat(200)];
      const [set, refusedSet, result] = await Promise.all([
        client.set(good, 'value'),
        failure(client.set(long, 'value')),
        client.getMulti([good, long]),
      ]);
      expect(set).toBe(true);
      expect(refusedSet).toMatchObject({ code: 'INVALID_ARGUMENT', maybeApplied: false });
      expect([...result]).toEqual([[good, 'value']]);
      expect(result.errors.get(long)).toMatchObject({ code: 'INVALID_ARGUMENT' });
      await expectRoundTrip(client, 'k'.repeat(150));
    },
  },
  {
    name: 'B05 a key with a space or a tab',
    refused: anywhere({ space: 'a b', tab: 'a\tb', 'only a space': ' ', 'space at the end': 'a ' }),
  },
  {
    name: 'B06 a key with a line end and a command behind it',
    refused: anywhere({
      CR: 'a\rb',
      LF: 'a\nb',
      'LF at the end': 'a\n',
      command: 'a\r\ndelete victim\r\n',
    }),
    async also({ client, server }) {
      await client.set('victim', 'alive');
      await failure(client.get('a\r\ndelete victim'));
      await failure(client.has('a\r\ndelete victim'));
      await client.getMulti(['a\r\ndelete victim', 'victim']);
      expect((await storedItem(server, 'victim'))?.data).toBe('alive');
    },
  },
  {
    name: 'B07 a key with NUL, DEL or any other control character',
    refused: {
      ...each(
        Object.fromEntries(controls.map((character) => [JSON.stringify(character), character])),
        (client, character) => client.get(`a${character}b`),
      ),
      ...anywhere({ NUL: 'a\0b', DEL: 'a\x7fb' }),
    },
  },
  {
    name: 'B08 keys in UTF-8, also with U+0085 and U+2028, are no bad input',
    async also({ client }) {
      for (const key of ['größe', '東京', '🎉', 'a\u0085b', 'a\u00a0b', 'a\u2028b', '\ufeffbom']) {
        await expectRoundTrip(client, `${key}:${freshKey()}`);
      }
    },
  },
  {
    name: 'B09 a key with a lone surrogate, which would become the key of another',
    refused: {
      ...each({ high: 'a\ud800', low: '\udc00a', swapped: '\udc00\ud800' }, (client, key) =>
        client.set(key, 'value'),
      ),
      'as group': (client, key) => client.get(key, { groupKey: '\ud800' }),
      'as prefix': (client, key) => client.get(key, { prefix: '\ud800' }),
      'in a multi-get': (client) => onlyError(client.getMulti(['\ud800'])),
    },
    async also({ server }) {
      expect(await raw(server, 'get a\ufffd \ufffda\r\n')).toBe('END\r\n');
    },
  },
  {
    name: 'B10 a detached buffer as a key; a live one is copied',
    refused: {
      'detached key': (client) => client.get(detached(new Uint8Array([97, 98])) as Buffer),
      'detached group': (client, key) =>
        client.get(key, { groupKey: detached(new Uint8Array([97])) as Buffer }),
      'an ArrayBuffer': (client) => client.get(new ArrayBuffer(3) as never),
      'a DataView': (client) => client.get(new DataView(new ArrayBuffer(3)) as never),
    },
    async also({ client }) {
      const [key, shared] = freshKeys(2) as [string, string];
      const bytes = Buffer.from(key);
      const write = client.set(bytes, 'value');
      bytes.fill('x');
      await write;
      expect(await client.get(key)).toBe('value');

      const view = new Uint8Array(new SharedArrayBuffer(shared.length));
      view.set(Buffer.from(shared));
      const copied = client.set(view as Buffer, 'copied');
      view.fill(0);
      await copied;
      expect(await client.get(shared)).toBe('copied');
    },
  },
  {
    name: 'B11 a key that is neither a string nor a Buffer',
    refused: {
      ...each(
        {
          number: 5,
          NaN: Number.NaN,
          bigint: 5n,
          boolean: true,
          null: null,
          undefined: undefined,
          symbol: Symbol('key'),
          function: () => 'key',
          object: {},
          array: ['key'],
          String: Object('key'),
          'array of bytes': [107],
          Uint16Array: new Uint16Array([107]),
        },
        (client, key) => client.set(key as never, 'value'),
      ),
      'read with a number': (client) => client.get(5 as never),
      'deleted with an object': (client) => client.delete({} as never),
      'group with a number': (client, key) => client.get(key, { groupKey: 5 as never }),
      'prefix with a number': (client, key) => client.get(key, { prefix: 5 as never }),
    },
  },
  {
    name: 'B12 a key whose toString throws or calls the client: it is never called',
    async also({ client }) {
      const trap = vi.fn(() => {
        client.flush();
        throw new Error('called');
      });
      const key = { toString: trap, valueOf: trap, toJSON: trap, [Symbol.toPrimitive]: trap };
      const errors = await failures([client.get(key as never), client.set(key as never, 1)]);
      for (const { code } of errors) expect(code).toBe('INVALID_ARGUMENT');
      expect(trap).not.toHaveBeenCalled();
    },
  },
];
