import { MemcachedError, type MultiResult } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import { failure, failures, freshKey, oneServer, openClient, ownServer, thrown } from './helpers';

/** An address of this machine at which nothing listens. */
const NOBODY = '127.0.0.1:1';
/** A host whose name is too long for any resolver to ask anybody about it. */
const NO_NAME = `${'x'.repeat(64)}.invalid:11211`;

describe.each(variants)('errors, $name', ({ options }) => {
  const cache = oneServer(options);

  test('are one class, with a code and the name of what failed', async () => {
    const key = freshKey();
    await cache.client.set(key, 'text');
    const error = await failure(cache.client.incr(key));
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(MemcachedError);
    expect(error.name).toBe('MemcachedError');
    expect(error).toMatchObject({
      code: 'NOT_NUMERIC',
      operation: 'incr',
      key,
      server: cache.server.server,
      maybeApplied: false,
    });
    expect(error.message).not.toBe('');
    expect(String(error)).toContain(error.message);
  });

  test('name the key as the caller gave it, without prefixes', async () => {
    const client = openClient(cache.server.server, { ...options, prefix: 'app:' });
    const key = freshKey();
    await client.set(key, 'text', { prefix: 'user:' });
    expect(await failure(client.incr(key, 1, { prefix: 'user:' }))).toMatchObject({ key });
  });

  test('name the key of the call, whatever has become of its Buffer since', async () => {
    const client = openClient(NOBODY, { ...options, shared: false });
    const scratch = Buffer.from('first');
    const calls = [client.get(scratch), client.set(scratch, 1), client.getMulti([scratch])];
    scratch.write('other');
    calls.push(client.get(scratch));
    const [read, written, multi, other] = await Promise.allSettled(calls);
    expect(read).toMatchObject({ reason: { code: 'CONNECTION', key: 'first' } });
    expect(written).toMatchObject({ reason: { key: 'first' } });
    const { errors } = (multi as PromiseFulfilledResult<MultiResult>).value;
    expect([...errors]).toMatchObject([['first', { key: 'first' }]]);
    expect(other).toMatchObject({ reason: { key: 'other' } });
  });

  describe('operation is the method that was called', () => {
    test.each([
      ['get', (key: string) => cache.client.get(key)],
      ['gets', (key: string) => cache.client.gets(key)],
      ['getRaw', (key: string) => cache.client.getRaw(key)],
      ['getAndTouch', (key: string) => cache.client.getAndTouch(key, 1)],
      ['has', (key: string) => cache.client.has(key)],
      ['set', (key: string) => cache.client.set(key, 1)],
      ['add', (key: string) => cache.client.add(key, 1)],
      ['replace', (key: string) => cache.client.replace(key, 1)],
      ['append', (key: string) => cache.client.append(key, '1')],
      ['prepend', (key: string) => cache.client.prepend(key, '1')],
      ['cas', (key: string) => cache.client.cas(key, 1, 1n)],
      ['setRaw', (key: string) => cache.client.setRaw(key, '1', 0)],
      ['incr', (key: string) => cache.client.incr(key)],
      ['decr', (key: string) => cache.client.decr(key)],
      ['touch', (key: string) => cache.client.touch(key, 1)],
      ['delete', (key: string) => cache.client.delete(key)],
      ['update', (key: string) => cache.client.update(key, () => 1)],
      ['getOrSet', (key: string) => cache.client.getOrSet(key, 1, () => 1)],
    ] as [string, (key: string) => Promise<unknown>][])('%s', async (operation, call) => {
      expect(await failure(call('bad key'))).toMatchObject({
        code: 'INVALID_ARGUMENT',
        operation,
        maybeApplied: false,
      });
    });
  });

  describe('codes', () => {
    test('CONNECTION, when nobody listens: with the server, and surely not applied', async () => {
      const client = openClient(NOBODY, { ...options, shared: false });
      expect(await failure(client.set('key', 'value'))).toMatchObject({
        code: 'CONNECTION',
        operation: 'set',
        key: 'key',
        server: NOBODY,
        maybeApplied: false,
      });
    });

    test('CONNECTION, never a miss, for a read when nobody listens', async () => {
      const client = openClient(NOBODY, { ...options, shared: false });
      const reads = [client.get('key'), client.has('key'), client.getRaw('key')];
      for (const { code } of await failures(reads)) {
        expect(code).toMatch(/^(CONNECTION|SERVER_DOWN)$/);
      }
      const result = await client.getMulti(['a', 'b']);
      expect(result.size).toBe(0);
      expect(result.missing).toEqual([]);
      expect([...result.errors.keys()].sort()).toEqual(['a', 'b']);
    });

    test('CONNECTION, for a host name that does not exist', async () => {
      const client = openClient(NO_NAME, { ...options, shared: false });
      const error = await failure(client.get('key'));
      expect(error.code).toBe('CONNECTION');
      expect(error.server).toBe(NO_NAME);
    });

    test('one that speaks of the protocol, when the server speaks the other one only', async () => {
      const other = options.protocol === 'binary' ? 'ascii' : 'binary';
      const server = await ownServer({ args: ['-B', other] });
      const client = openClient(server.server, { ...options, connectTimeout: 500 });
      const errors = await failures([client.get('key'), client.set('key', 'value')]);
      for (const error of errors) {
        expect(error.code).toMatch(/^(PROTOCOL|CONNECTION|UNSUPPORTED|TIMEOUT)$/);
        expect(error.message).toMatch(/protocol/);
      }
      // The pipelined engine asks no first question: its write has been sent, and nobody knows.
      const isSent = options.engine === 'pipelined';
      expect(errors.map((error) => error.maybeApplied)).toEqual([false, isSent]);
    });

    test('TOO_LARGE, when the server refuses what maxValueSize allows', async () => {
      const client = openClient(cache.server.server, { ...options, maxValueSize: 4 * 2 ** 20 });
      const [large, neighbour] = [freshKey(), freshKey()];
      const writes = [client.set(large, 'x'.repeat(2 * 2 ** 20)), client.set(neighbour, 'small')];
      expect(await failure(writes[0] as Promise<boolean>)).toMatchObject({
        code: 'TOO_LARGE',
        key: large,
        server: cache.server.server,
      });
      expect(await writes[1]).toBe(true);
      expect(await client.get(neighbour)).toBe('small');
    });

    test('OUT_OF_MEMORY, when the server may not evict', async () => {
      const server = await ownServer({ memory: 8, args: ['-M'] });
      const client = openClient(server.server, options);
      let error: unknown;
      for (let n = 0; n < 500 && error === undefined; n += 1) {
        error = await client.set(`key-${n}`, 'x'.repeat(100_000)).then(
          () => undefined,
          (e) => e,
        );
      }
      expect(error).toMatchObject({ code: 'OUT_OF_MEMORY', server: server.server });
      expect(await client.get('key-0')).toHaveLength(100_000);
    });

    test('CLOSED, after close', async () => {
      const client = openClient(cache.server.server, options);
      await client.close();
      expect(await failure(client.get('key'))).toMatchObject({
        code: 'CLOSED',
        operation: 'get',
        maybeApplied: false,
      });
    });
  });

  describe('messages', () => {
    test('say the rule and what was given', async () => {
      const { message } = await failure(cache.client.set(freshKey(), 1, -1));
      expect(message).toMatch(/ttl must be .*, got -1/);
      expect(thrown(() => openClient('h', { ...options, timeout: 0 })).message).toMatch(
        /timeout must be .*, got 0/,
      );
    });

    test('hold no value, no password and no address of memory', async () => {
      const key = freshKey();
      const secret = 'secret-4711';
      await cache.client.set(key, secret);
      const errors = [
        await failure(cache.client.incr(key)),
        await failure(cache.client.set(key, { [secret]: 1n })),
        await failure(cache.client.append(key, { secret } as never)),
        await failure(cache.client.set(`bad key`, secret)),
        thrown(() => openClient('h', { ...options, username: 'u', password: `${secret}\0` })),
      ];
      for (const { message, stack } of errors) {
        expect(message).not.toContain(secret);
        expect(stack).not.toContain(secret);
        expect(message).not.toMatch(/0x[0-9a-f]{4,}|->|\.cc\b/);
      }
    });
  });

  describe('the stack names the caller', () => {
    async function callerOfTheClient(operation: () => Promise<unknown>): Promise<unknown> {
      return await operation();
    }

    test('of an operation the server refused', async () => {
      const key = freshKey();
      await cache.client.set(key, 'text');
      const { stack } = await failure(callerOfTheClient(() => cache.client.incr(key)));
      expect(stack).toContain('callerOfTheClient');
    });

    test('of an operation that was never sent', async () => {
      const { stack } = await failure(callerOfTheClient(() => cache.client.get('bad key')));
      expect(stack).toContain('callerOfTheClient');
    });

    test('of an operation whose server is gone', async () => {
      const client = openClient(NOBODY, { ...options, shared: false });
      const { stack } = await failure(callerOfTheClient(() => client.get('key')));
      expect(stack).toContain('callerOfTheClient');
    });
  });

  test('an error nobody looked at yet keeps the other operations of its turn going', async () => {
    const [text, number] = [freshKey(), freshKey()];
    await cache.client.setMulti({ [text]: 'text', [number]: 1 });
    const outcomes = await Promise.allSettled([
      cache.client.incr(text),
      cache.client.get('bad key'),
      cache.client.set(number, () => 1),
      cache.client.incr(number),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
  });
});
