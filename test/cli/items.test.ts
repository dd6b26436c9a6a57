import { startScriptedServer } from 'libmemcached/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { freshKey, oneServer, serversFor } from '../contract/helpers';
import { cli, cliJson, nobody } from './support';

describe('get and set', () => {
  const fixture = oneServer({});
  const servers = () => ({ servers: fixture.names });

  test('store text, and print exactly its bytes into a pipe', async () => {
    const key = freshKey();
    const stored = await cli(['set', key, 'Ada'], servers());
    expect(stored).toMatchObject({ code: 0, stdout: 'stored\n', stderr: '' });
    expect(await cli(['get', key], servers())).toMatchObject({
      code: 0,
      stdout: 'Ada',
      stderr: '',
    });
    expect(await fixture.client.get(key)).toBe('Ada');
  });

  test('take a value from stdin: text as text, other bytes as bytes', async () => {
    const [text, bytes] = [freshKey(), freshKey()];
    const binary = Buffer.from([0, 0xff, 10, 13, 0x1b]);
    await cli(['set', text, '-'], { ...servers(), input: 'two\nlines\n' });
    await cli(['set', bytes, '-'], { ...servers(), input: binary });
    expect(await fixture.client.get(text)).toBe('two\nlines\n');
    expect(await fixture.client.get(bytes)).toEqual(binary);
    expect((await cli(['get', text], servers())).stdout).toBe('two\nlines\n');
    expect((await cli(['get', bytes], servers())).bytes).toEqual(binary);
    expect((await cliJson(['get', bytes], servers())).document.values).toEqual({
      [bytes]: { base64: binary.toString('base64') },
    });
  });

  test('take an empty value, and one that begins with a dash behind --', async () => {
    const key = freshKey();
    await cli(['set', key, '-'], servers());
    expect(await fixture.client.get(key)).toBe('');
    await cli(['set', '--', key, '--json'], servers());
    expect(await fixture.client.get(key)).toBe('--json');
  });

  test('take values as JSON, integers exactly', async () => {
    const key = freshKey();
    for (const [json, value] of [
      ['{"name":"Ada","tags":[1,null]}', { name: 'Ada', tags: [1, null] }],
      ['42', 42],
      ['12345678901234567890', 12345678901234567890n],
    ] as const) {
      expect(await cli(['set', key, json, '--json-value'], servers())).toMatchObject({ code: 0 });
      expect(await fixture.client.get(key)).toEqual(value);
      expect((await cli(['get', key], servers())).stdout).toBe(json);
    }
    const wrong = await cli(['set', key, '{', '--json-value'], servers());
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('VALUE must be JSON');
  });

  test('give an item a TTL', async () => {
    const key = freshKey();
    await cli(['set', key, 'x', '--ttl', '0'], servers());
    expect((await cli(['set', key, 'x', '--ttl', '99999999999'], servers())).code).toBe(2);
    expect((await cli(['set', key, 'x', '--ttl', '1'], servers())).code).toBe(0);
    await expect.poll(() => fixture.client.get(key), { timeout: 5000 }).toBeUndefined();
  });

  test('print several values behind their keys, and tell of a miss by exit code 1', async () => {
    const [first, second, third] = [freshKey(), freshKey(), freshKey()];
    await fixture.client.setMulti({ [first]: 'one', [third]: { three: 3 } });
    const run = await cli(['get', first, second, third], servers());
    expect(run).toMatchObject({ code: 1, stdout: `${first}\tone\n${third}\t{"three":3}\n` });
    expect(run.stderr).toBe(`libmemcached: no such item: ${second}\n`);
    const { code, document } = await cliJson(['get', first, second, third], servers());
    expect(code).toBe(1);
    expect(document).toEqual({
      values: { [first]: 'one', [third]: { three: 3 } },
      missing: [second],
      errors: {},
    });
  });

  test('show stored bytes and flags with --raw', async () => {
    const key = freshKey();
    await fixture.client.setRaw(key, '{"a": 1}', 77);
    expect((await cli(['get', key, '--raw'], servers())).stdout).toBe('{"a": 1}');
    const { document } = await cliJson(['get', key, '--raw'], servers());
    expect(document.values[key]).toMatchObject({ data: { base64: 'eyJhIjogMX0=' }, flags: 77 });
    const undecodable = await cli(['get', key], servers());
    expect(undecodable).toMatchObject({ code: 3, stdout: '' });
    expect(undecodable.stderr).toContain('DECODE');
  });

  test('show the other values where one is nested too deeply, and tell of it', async () => {
    const [deep, flat] = [freshKey(), freshKey()];
    await fixture.client.set(flat, { flat: true });
    const json = await fixture.client.getRaw(flat);
    const arrays = '['.repeat(20_000) + ']'.repeat(20_000);
    await fixture.client.setRaw(deep, arrays, json?.flags as number);
    const run = await cli(['get', deep, flat], servers());
    expect(run).toMatchObject({ code: 3, stdout: `${flat}\t{"flat":true}\n` });
    expect(run.stderr).toMatch(/^libmemcached: DECODE: .*nested .*\n$/);
    const { code, document } = await cliJson(['get', deep, flat], servers());
    expect(code).toBe(3);
    expect(document).toMatchObject({
      values: { [flat]: { flat: true } },
      errors: { [deep]: { code: 'DECODE', key: deep } },
    });
    expect((await cli(['get', deep, '--raw'], servers())).stdout).toBe(arrays);
  });

  test('speak as another client with --preset, under a --prefix', async () => {
    const key = freshKey();
    await cli(
      ['set', key, '7', '--json-value', '--preset', 'pylibmc', '--prefix', 'py:'],
      servers(),
    );
    expect(await fixture.client.getRaw(`py:${key}`)).toMatchObject({
      data: Buffer.from('7'),
      flags: 4,
    });
    expect(
      (await cli(['--preset', 'pylibmc', '--prefix', 'py:', 'get', key], servers())).stdout,
    ).toBe('7');
  });

  test('leave it to the server what is too large', async () => {
    const run = await cliJson(['set', freshKey(), '-'], {
      ...servers(),
      input: Buffer.alloc(3_000_000, 'x'),
    });
    expect(run.code).toBe(2);
    expect(run.document.error.code).toBe('TOO_LARGE');
  });
});

describe('delete, incr and touch', () => {
  const fixture = oneServer({});
  const servers = () => ({ servers: fixture.names });

  test('delete tells what was there', async () => {
    const [there, gone] = [freshKey(), freshKey()];
    await fixture.client.set(there, 1);
    const run = await cli(['delete', there, gone], servers());
    expect(run).toMatchObject({ code: 1, stdout: `deleted    ${there}\nnot there  ${gone}\n` });
    expect(await fixture.client.has(there)).toBe(false);
    await fixture.client.set(there, 1);
    const { code, document } = await cliJson(['delete', there], servers());
    expect(code).toBe(0);
    expect(document).toEqual({ deleted: [there], missing: [], errors: {} });
  });

  test('incr counts with 64 bits, and creates a counter only with --initial', async () => {
    const key = freshKey();
    expect(await cli(['incr', key], servers())).toMatchObject({ code: 1, stdout: '' });
    expect((await cliJson(['incr', key], servers())).document).toEqual({ value: null });
    expect((await cli(['incr', key, '5', '--initial', '10'], servers())).stdout).toBe('10\n');
    expect((await cli(['incr', key, '5'], servers())).stdout).toBe('15\n');
    expect((await cliJson(['incr', key], servers())).document).toEqual({ value: 16 });
    const large = await cliJson(['incr', key, '18446744073709551000'], servers());
    expect(large.document).toEqual({ value: { bigint: '18446744073709551016' } });
    expect((await cli(['incr', key, '18446744073709551616'], servers())).code).toBe(2);
    expect((await cli(['incr', key, '1.5'], servers())).code).toBe(2);
  });

  test('incr of what is no number is a failure', async () => {
    const key = freshKey();
    await fixture.client.set(key, 'text');
    const run = await cli(['incr', key], servers());
    expect(run).toMatchObject({ code: 3, stdout: '' });
    expect(run.stderr).toContain('NOT_NUMERIC');
  });

  test('touch gives an item a new TTL', async () => {
    const key = freshKey();
    expect(await cli(['touch', key, '60'], servers())).toMatchObject({
      code: 1,
      stdout: 'not there\n',
    });
    await fixture.client.set(key, 'x');
    expect(await cli(['touch', key, '60'], servers())).toMatchObject({
      code: 0,
      stdout: 'touched\n',
    });
    expect((await cliJson(['touch', key, '1'], servers())).document).toEqual({ touched: true });
    await expect.poll(() => fixture.client.has(key), { timeout: 5000 }).toBe(false);
  });
});

describe('what fails', () => {
  const fixture = serversFor({}, 1);

  test('is 3 for the network, with the code of the error', async () => {
    const run = await cli(['get', 'key'], { servers: nobody });
    expect(run).toMatchObject({ code: 3, stdout: '' });
    expect(run.stderr).toBe('libmemcached: CONNECTION: get on 127.0.0.1:1: ECONNREFUSED\n');
    const { document } = await cliJson(['set', 'key', 'x'], { servers: nobody });
    expect(document.error).toMatchObject({ code: 'CONNECTION', server: nobody, key: 'key' });
  });

  test('is 3 where one server of several fails, and the others are heard', async () => {
    const servers = [...fixture.names, nobody];
    const keys = Array.from({ length: 20 }, (_, index) => `spread-${index}`);
    await fixture.client.setMulti(keys.map((key) => [key, 'x']));
    const { code, document } = await cliJson(['get', ...keys], { servers });
    expect(code).toBe(3);
    expect(Object.keys(document.values).length).toBeGreaterThan(0);
    expect(Object.keys(document.errors).length).toBeGreaterThan(0);
    expect(Object.keys(document.values).length + Object.keys(document.errors).length).toBe(20);
  });

  test('is 3 after --timeout', async () => {
    const silent = await startScriptedServer(async (connection) => {
      for (;;) await connection.readLine();
    });
    onTestFinished(() => silent.stop());
    const run = await cli(['get', 'key', '--timeout', '100'], { servers: silent.server });
    expect(run).toMatchObject({ code: 3 });
    expect(run.stderr).toContain('TIMEOUT');
  });

  test('is 2 for a key, server or preset that nobody could take', async () => {
    for (const words of [
      ['get', 'a b'],
      ['get', 'key', '--servers', 'a:b:c'],
      ['get', 'key', '--preset', 'nobody'],
      ['get', 'key', '--timeout', '0'],
      ['get', 'key', '--username', 'ada'], // no password
    ]) {
      const run = await cli(words, { servers: fixture.names });
      expect(run, words.join(' ')).toMatchObject({ code: 2, stdout: '' });
      expect(run.stderr, words.join(' ')).not.toBe('');
    }
  });
});
