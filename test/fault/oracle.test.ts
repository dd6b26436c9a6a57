import { type Client, MemcachedError } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { ownServer } from '../contract/helpers';
import { raw } from '../support/raw';
import { Oracle, valueFor } from './oracle';

type Lies = Partial<Record<'get' | 'set' | 'delete', (key: string) => Promise<unknown>>>;

/** An oracle over a client that answers like this. */
async function over(lies: Lies) {
  const server = await ownServer();
  const oracle = new Oracle(lies as unknown as Client, { timeout: 10 });
  const [present] = (await oracle.store(server, 1)) as [string];
  return { server, oracle, present };
}

function failing(maybeApplied: boolean): () => Promise<never> {
  return async () => {
    throw new MemcachedError('TIMEOUT', 'no answer in time', { maybeApplied });
  };
}

describe('the oracle accepts', () => {
  test('what is true', async () => {
    const { server, oracle, present } = await over({
      get: async (key) => valueFor(key),
      set: async (key) => (await raw(server, stored(key))) === 'STORED\r\n',
      delete: failing(false),
    });
    await Promise.all([oracle.read(present), oracle.write('written'), oracle.remove(present)]);
    expect(await oracle.errors(['TIMEOUT'])).toHaveLength(1);
    await oracle.checkTruth(server);
  });

  test('either outcome of a write that may have been applied', async () => {
    const { server, oracle, present } = await over({ set: failing(true), delete: failing(true) });
    await Promise.all([oracle.write('lost'), oracle.write('landed'), oracle.remove(present)]);
    await raw(server, stored('landed'));
    await oracle.checkTruth(server);
  });
});

describe('the oracle refuses', () => {
  test.each<[string, Lies, RegExp]>([
    ['a miss of a key that is there', { get: async () => undefined }, /is there: no miss/],
    ['the value of another key', { get: async () => valueFor('other') }, /never stored/],
    ['half of a value', { get: async (key) => valueFor(key).slice(1) }, /never stored/],
    ['a read that may have been applied', { get: failing(true) }, /of a read/],
    ['what never settles', { get: () => new Promise(() => {}) }, /did not settle/],
    ['an error of another kind', { get: () => Promise.reject(new Error('oops')) }, /oops/],
  ])('of a read: %s', async (_what, lies, message) => {
    const { oracle, present } = await over(lies);
    await expect(oracle.read(present)).rejects.toThrow(message);
    await expect(oracle.errors(['TIMEOUT'])).rejects.toThrow(message);
  });

  test('a removed key that was not there, though it was', async () => {
    const { oracle, present } = await over({ delete: async () => false });
    await expect(oracle.remove(present)).rejects.toThrow('remove of');
  });

  test('an error that was not to be expected', async () => {
    const { oracle, present } = await over({ get: failing(false) });
    await oracle.read(present);
    await expect(oracle.errors(['CONNECTION'])).rejects.toThrow('TIMEOUT');
  });

  test('"stored" of what is not', async () => {
    const { server, oracle } = await over({ set: async () => true });
    await oracle.write('written');
    await expect(oracle.checkTruth(server)).rejects.toThrow('written is there after write');
  });

  test('"removed" of what is still there', async () => {
    const { server, oracle, present } = await over({ delete: async () => true });
    await oracle.remove(present);
    await expect(oracle.checkTruth(server)).rejects.toThrow('is there after remove');
  });

  test('a write that surely was not applied, though it was', async () => {
    const { server, oracle } = await over({ set: failing(false) });
    await oracle.write('written');
    await raw(server, stored('written'));
    await expect(oracle.checkTruth(server)).rejects.toThrow('written is there after write');
  });

  test('a corrupted value, also where the write may have been applied', async () => {
    const { server, oracle } = await over({ set: failing(true) });
    await oracle.write('written');
    await raw(server, stored('written').replace('<w', '>w'));
    await expect(oracle.checkTruth(server)).rejects.toThrow('holds what was never stored');
  });
});

/** The request that stores the one value that `key` may have. */
function stored(key: string): string {
  return `set ${key} 0 0 ${valueFor(key).length}\r\n${valueFor(key)}\r\n`;
}
