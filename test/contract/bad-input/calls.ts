import { Client } from 'libmemcached';
import { expect } from 'vitest';
import { failure, freshKey, openClient } from '../helpers';
import { type BadInput, each } from './row';

export const calls: BadInput[] = [
  {
    name: 'B41 calls after close, a second close, and a close inside a callback',
    code: 'CLOSED',
    refused: {
      'after close': async (_client, key) => {
        const closed = openClient('127.0.0.1:1', {});
        await closed.close();
        return closed.get(key);
      },
      'in the turn of close': (_client, key) => {
        const closing = openClient('127.0.0.1:1', {});
        closing.close();
        return closing.set(key, 'value');
      },
    },
    async also({ server, options }) {
      const client = openClient(server.server, { ...options, shared: false });
      const key = freshKey();
      await client.set(key, 'value');
      const closed: Promise<void>[] = [];
      const value = await client
        .getOrSet(freshKey(), 60, () => {
          closed.push(client.close());
          return 'loaded';
        })
        .catch((error: unknown) => error);
      expect(value === 'loaded' || (value as { code: string }).code === 'CLOSED').toBe(true);
      await Promise.all([...closed, client.close(), client.close()]);
      expect((await failure(client.get(key))).code).toBe('CLOSED');
    },
  },
  {
    name: 'B42 a method with a foreign this (a client of another worker cannot exist: none can be sent)',
    async also({ client }) {
      const method = Client.prototype.get as (this: unknown, key: string) => Promise<unknown>;
      const outcomes = [{}, null, Object.create(Client.prototype), Client, client.get].map(
        async (foreign) => method.call(foreign, 'key'),
      );
      for (const outcome of await Promise.allSettled(outcomes)) {
        expect(outcome.status).toBe('rejected');
        expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(Error);
      }
      let clone: Partial<Client> = {};
      try {
        clone = structuredClone(client) as Partial<Client>;
      } catch (error) {
        expect(error).toMatchObject({ name: 'DataCloneError' });
      }
      expect(clone.get).toBeUndefined();
      const key = freshKey();
      expect(await client.set(key, 'still works')).toBe(true);
    },
  },
  {
    name: 'B44 a section of the statistics that is none',
    refused: each(
      {
        command: 'items\r\nflush_all',
        space: 'cachedump 1 1',
        unknown: 'detail',
        inherited: 'toString',
        empty: '',
        number: 5,
        null: null,
      },
      (client, section) => client.stats(section as never),
    ),
    async also({ client }) {
      const key = freshKey();
      await client.set(key, 'not flushed');
      await failure(client.stats('items\r\nflush_all' as never));
      expect(await client.get(key)).toBe('not flushed');
    },
  },
];
