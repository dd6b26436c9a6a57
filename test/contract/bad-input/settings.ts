import { Client } from 'libmemcached';
import { expect } from 'vitest';
import { freshKey, openClient, thrown } from '../helpers';
import { type Attempt, type BadInput, each } from './row';

const times = {
  '0': 0,
  '-1': -1,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '2^31': 2 ** 31,
  '1.5': 1.5,
  text: '1s',
  bigint: 5n,
};

function options(given: Record<string, unknown>): Record<string, Attempt> {
  return Object.fromEntries(
    Object.entries(given).map(([word, value]) => [word, () => new Client('h', value as never)]),
  );
}

/** `name` with each of the bad values. */
function option(name: string, bad: Record<string, unknown>): Record<string, Attempt> {
  return options(
    Object.fromEntries(
      Object.entries(bad).map(([word, value]) => [`${name} ${word}`, { [name]: value }]),
    ),
  );
}

const notWhole = { '0': 0, '-1': -1, '1.5': 1.5, NaN: Number.NaN, text: '5' };

export const settings: BadInput[] = [
  {
    name: 'B37 a timeout of 0, below it, above 2^31 - 1 or of another type',
    refused: {
      ...option('timeout', times),
      ...option('connectTimeout', times),
      ...each(times, (client, timeout, key) => client.get(key, { timeout: timeout as number })),
      'of a write': (client, key) => client.set(key, 1, { timeout: 0 }),
    },
    async also({ client }) {
      expect(await client.get(freshKey(), { timeout: 2 ** 31 - 1 })).toBeUndefined();
    },
  },
  {
    name: 'B38 a socket option out of its range, which would abort the process',
    refused: {
      ...option('keepAlive', { 'of 40000 s': 40_000_000, '-1': -1, '2^31': 2 ** 31, text: '60' }),
      ...option('noDelay', { number: 1, text: 'yes' }),
      ...option('behaviors', {
        'tcp_keepidle 40000': { tcp_keepidle: 40_000 },
        'tcp_keepidle 0': { tcp_keepidle: 0 },
        'socket_send_size -1': { socket_send_size: -1 },
        'socket_send_size 2^31': { socket_send_size: 2 ** 31 },
        'socket_recv_size 2^31': { socket_recv_size: 2 ** 31 },
        'an unknown one': { surprise: 1 },
        'one that corrupts values': { buffer_requests: 1 },
        'one that loses answers': { noreply: 1 },
        'one that blocks for ever': { poll_timeout: 0 },
        text: { tcp_keepidle: '60' },
        'no object': 'tcp_keepidle',
      }),
    },
  },
  {
    name: 'B39 an option that does not exist, is inherited, or throws when it is read',
    refused: {
      ...options({
        unknown: { surprise: true },
        misspelt: { timeOut: 100 },
        'own __proto__': JSON.parse('{"__proto__": {"prefix": "evil:"}}'),
        constructor: { constructor: Object },
        'getter that throws': {
          get prefix() {
            throw new Error('read');
          },
        },
        text: 'prefix',
        number: 5,
        function: () => 1,
      }),
      'unknown of a call': (client, key) => client.get(key, { surprise: true } as never),
      'ttl of a read': (client, key) => client.get(key, { ttl: 5 } as never),
      'initial of a set': (client, key) => client.set(key, 1, { initial: 5 } as never),
      'text for options': (client, key) => client.get(key, 'fast' as never),
      'null for options': (client, key) => client.set(key, 1, null as never),
      'a signal that is none': (client, key) => client.get(key, { signal: {} as never }),
      ...option('maxPending', notWhole),
      ...option('maxPendingBytes', notWhole),
      ...option('maxValueSize', notWhole),
      ...option('connections', notWhole),
      ...option('prefix', { number: 5, 'with space': 'a b', 'of 250 bytes': 'p'.repeat(250) }),
      ...option('namespace', { number: 5, 'with space': 'a b', 'of 250 bytes': 'n'.repeat(250) }),
      ...option('ttl', { '-1': -1, text: '5', 'Date.now()': Date.now() }),
      ...option('failures', { unknown: 'ignore' }),
      ...option('shared', { text: 'yes', number: 1 }),
      ...option('serializer', { text: 'json', 'half of one': { serialize: () => 1 } }),
      ...option('preset', { unknown: 'redis', inherited: 'toString', number: 5 }),
      ...option('engine', { unknown: 'fast' }),
      ...option('protocol', { unknown: 'meta', number: 1 }),
    },
    async also({ server }) {
      expect(thrown(() => new Client('h', { surprise: 1 } as never)).message).toContain('surprise');
      const inherited = Object.create({ prefix: 'evil:', surprise: 1 });
      const client = openClient(server.server, inherited);
      const key = freshKey();
      Object.defineProperty(Object.prototype, 'prefix', { value: 'evil:', configurable: true });
      const write = client.set(key, 'value', {});
      delete (Object.prototype as { prefix?: string }).prefix;
      await write;
      expect(await client.get(key)).toBe('value');
    },
  },
  {
    name: 'B40 credentials with NUL, of 64 KB, empty, alone, or for the text protocol',
    refused: options({
      'NUL in the user': { username: 'a\0b', password: 'p' },
      'NUL in the password': { username: 'u', password: 'a\0b' },
      'a user of 64 KB': { username: 'u'.repeat(65_536), password: 'p' },
      'a password of 64 KB': { username: 'u', password: 'p'.repeat(65_536) },
      'an empty user': { username: '', password: 'p' },
      'an empty password': { username: 'u', password: '' },
      'no password': { username: 'u' },
      'no user': { password: 'p' },
      'a user that is a number': { username: 5, password: 'p' },
      'the text protocol': { username: 'u', password: 'p', protocol: 'text' },
      'the pipelined engine': { username: 'u', password: 'p', engine: 'pipelined' },
      'the pipelined engine in binary': { engine: 'pipelined', protocol: 'binary' },
    }),
    async also() {
      const call = (): Client => new Client('h', { username: 'u', password: 'topsecret\0' });
      expect(thrown(call).message).not.toContain('topsecret');
    },
  },
  {
    name: 'B43 a hash, distribution or bucket map that is none',
    refused: {
      ...option('hash', { unknown: 'sha1', number: 77, inherited: 'toString' }),
      ...option('distribution', { unknown: 'ring', random: 'random', number: 3 }),
      ...option('ketama', { unknown: 'spy', number: 1 }),
      ...option('sortHosts', { number: 1, text: 'yes' }),
      ...option('placement', { unknown: 'ring', empty: '', inherited: 'toString', number: 3 }),
      ...option('ketamaPoints', { none: 0, 'too many': 65537, part: 1.5, text: '150' }),
      ...options({
        'virtual-bucket without a map': { distribution: 'virtual-bucket' },
        'a map without virtual-bucket': { buckets: [0, 0] },
        'a map of three': { distribution: 'virtual-bucket', buckets: [0, 0, 0] },
        'an empty map': { distribution: 'virtual-bucket', buckets: [] },
        'a map to a server that is not there': { distribution: 'virtual-bucket', buckets: [0, 1] },
        'a placement beside a hash': { placement: 'dalli', hash: 'crc' },
        'a map of text': { distribution: 'virtual-bucket', buckets: ['0', '0'] },
        'a map with a hole': {
          distribution: 'virtual-bucket',
          buckets: Object.assign([0], { length: 2 }),
        },
      }),
      'hash()': (client) => client.hash('key', 'sha1' as never),
      'hash() of a number': (client) => client.hash(5 as never),
    },
    async also() {
      const { code, message } = thrown(() => new Client('h', { hash: 'hsieh' }));
      expect(code).toBe('UNSUPPORTED');
      expect(message).toContain('hsieh');
    },
  },
];
