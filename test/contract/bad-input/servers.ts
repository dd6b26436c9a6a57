import { Client } from 'libmemcached';
import { expect } from 'vitest';
import { failure, freshKey, openClient, thrown } from '../helpers';
import { type Attempt, type BadInput, each } from './row';

/** A bad server in every form that can spell it. */
function asServers(servers: Record<string, unknown>): Record<string, Attempt> {
  return each(servers, (_client, server) => new Client(server as never));
}

const many = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `10.0.${n >> 8}.${n & 255}:11211`);

export const servers: BadInput[] = [
  {
    name: 'B31 no servers',
    refused: {
      ...asServers({
        none: [],
        'a list with nothing in it': [[]],
        null: null,
        'a hole': [undefined],
      }),
      fromConfig: () => Client.fromConfig('--DISTRIBUTION=consistent'),
    },
    async also({ client, server }) {
      const swap = async (): Promise<void> => client.setServers([]);
      expect((await failure(swap())).code).toBe('INVALID_ARGUMENT');
      expect(client.locate('key').server).toBe(server.server);
      expect(await client.set(freshKey(), 'value')).toBe(true);
    },
  },
  {
    name: 'B32 101 servers on a consistent ring, while 100 are fine, and 101 without a ring',
    refused: {
      'by default': () => new Client(many(101)),
      ketama: () => new Client(many(101), { ketama: true }),
      consistent: () => new Client(many(101), { distribution: 'consistent' }),
      'consistent-weighted': () => new Client(many(101), { distribution: 'consistent-weighted' }),
      'consistent-ketama': () => new Client(many(101), { distribution: 'consistent-ketama' }),
      'a configuration string': () =>
        Client.fromConfig(
          `--DISTRIBUTION=consistent ${many(101)
            .map((server) => `--SERVER=${server}`)
            .join(' ')}`,
        ),
      setServers: async () => openClient(many(1), {}).setServers(many(101)),
    },
    async also({ options }) {
      expect(openClient(many(100), options).locate('key').index).toBeLessThan(100);
      expect(openClient(many(101), { ...options, ketama: false }).locate('key').index).toBeLessThan(
        101,
      );
    },
  },
  {
    name: 'B33 a server that is there twice, and a weight that is none',
    refused: {
      twice: () => new Client(['10.0.0.1:1', '10.0.0.1:1']),
      'twice in two spellings': () => new Client(['10.0.0.1', ['10.0.0.1', 11211]]),
      ...each(
        { '0': 0, '-1': -1, '2^32': 2 ** 32, NaN: Number.NaN, '1.5': 1.5, text: '1', null: null },
        (_client, weight) => new Client([{ host: 'a', weight: weight as number }]),
      ),
      'an array': () => new Client([['a', 1, 0]]),
      'in text': () => new Client('a:1:0'),
      'text in text': () => new Client('a:1:x'),
      'a weight too many': () => new Client([['a', 1, 1, 1] as never]),
    },
  },
  {
    name: 'B34 a port that is none',
    refused: {
      ...each(
        {
          '0': 0,
          '65536': 65536,
          '-1': -1,
          '1.5': 1.5,
          NaN: Number.NaN,
          text: '11211',
          null: null,
        },
        (_client, port) => new Client([{ host: 'a', port: port as number }]),
      ),
      ...asServers({
        'text with more': 'a:11211x',
        'text with a sign': 'a:+1',
        'text of nothing': 'a:',
        'text of 0': 'a:0',
        'text of 65536': 'a:65536',
        'text of 99999999999': 'a:99999999999',
      }),
    },
  },
  {
    name: 'B35 a host that is none',
    refused: {
      ...asServers({
        empty: '',
        'only a port': ':11211',
        space: 'a b',
        'line end': 'a\r\nb',
        NUL: 'a\0b',
        '2000 characters': 'a'.repeat(2000),
        'half a bracket': '[::1',
        'text in brackets': '[host]:1',
        scheme: 'memcached://host:11211',
        credentials: 'user:password@host:11211',
        number: 5,
        true: true,
        'an object without a host': [{ port: 5 }],
        'an object with too much': [{ host: 'a', name: 'b' }],
        'host and path': [{ host: 'a', path: '/b' }],
      }),
      ...each(
        { empty: '', space: 'a b', NUL: 'a\0', path: '/etc/x', 'host and port': 'a:1', number: 5 },
        (_client, host) => new Client([{ host: host as string, port: 11211 }]),
      ),
    },
    async also() {
      const { message } = thrown(() => new Client('user:secret@host:11211'));
      expect(message).not.toContain('secret');
    },
  },
  {
    name: 'B36 the path of a unix socket above 107 bytes, or no absolute path',
    refused: asServers({
      '108 bytes': `/${'a'.repeat(107)}`,
      '108 bytes in UTF-8': `/${'é'.repeat(54)}`,
      'an object': [{ path: `/${'a'.repeat(200)}` }],
      relative: [{ path: 'run/memcached.sock' }],
      empty: [{ path: '' }],
      NUL: [{ path: '/run/a\0b' }],
      number: [{ path: 5 }],
    }),
    async also() {
      const path = `/${'a'.repeat(106)}`;
      expect(openClient(path, {}).locate('key').path).toBe(path);
    },
  },
];
