import { describe, expect, test } from 'vitest';
import { runExample } from './runExample';

describe('examples/', { timeout: 30_000 }, () => {
  test('tour reads what it has stored, on one server and on three', async () => {
    const output = await runExample('tour');
    expect(output).toContain("get('user:7')  →  { name: 'Ada', languages: [ 'en', 'fr' ] }");
    expect(output).toContain("get('user:8')  →  undefined");
    expect(output).toContain("decr('visits')  →  19");
    expect(output).toContain("getMulti(...).missing  →  [ 'some_key4' ]");
    expect(output).toContain('getMulti(3,000 keys): hits, misses  →  [ 3000, 0 ]');
    expect(output).toContain("getRaw('word').data  →  'dehcacmem'");
  });

  test('http-cache loads an article once, forgets it when it changes, and outlives its cache', async () => {
    expect(lines(await runExample('http-cache'))).toEqual([
      "50 requests at once: { id: '1', title: 'A cache is not a database' }",
      'reads of the database: 1',
      "after a PUT: { id: '1', title: 'A cache is a cache' }",
      'no such article: 404',
      "without memcached: 200 [ 'CONNECTION' ]",
    ]);
  });

  test('session-store keeps a session for as long as it is used, and ends it', async () => {
    expect(lines(await runExample('session-store'))).toEqual([
      'first visit: { visits: 1 }',
      'second visit: { visits: 2 }',
      'in memcached: true',
      'a request that reads: { visits: 2 }',
      'its session lives on: true',
      'after the end: false',
      'a stranger: { visits: 0 }',
    ]);
  });

  test('rate-limiter lets through what the limit allows, also to two processes at once', async () => {
    expect(lines(await runExample('rate-limiter'))).toEqual([
      '5 requests in 10 s, fixed windows',
      'after 9 s: 5 of 8 requests',
      'after 10 s: 5 of 8 requests',
      '5 requests in 10 s, a sliding window',
      'after 9 s: 4 of 4 requests',
      'after 11 s: 1 of 8 requests',
      'after 25 s: 1 of 8 requests',
      '20 requests at once, from two processes',
      'allowed: 5',
    ]);
  });

  test('failover tells of the server that is lost, and moves no key', async () => {
    const output = lines(await runExample('failover'));
    expect(output).toContain('All three servers: 300 hits; misses on none');
    expect(output).toContain('server 2 is down (SERVER_DOWN)');
    expect(output).toContainEqual(
      expect.stringMatching(/^Two servers: \d+ hits; misses on server 2$/),
    );
    expect(output).toContain('server 2 is up');
    expect(output).toContain('Filled again: 300 hits; misses on none');
    expect(output).toContain('Without any server: CONNECTION, may have been applied: false');
  });

  test('worker-threads share connections, unless they are told not to', async () => {
    expect(lines(await runExample('worker-threads'))).toEqual([
      '4 workers, shared: 0 more connections',
      '4 workers, shared: false: 4 more connections',
      'counted by all: 8000',
    ]);
  });

  test('migrate-from-memcached shares keys and values with the npm package memcached', async () => {
    expect(lines(await runExample('migrate-from-memcached'))).toEqual([
      'written by memcached, read by libmemcached: 100 of 100',
      'written by libmemcached, read by memcached: 100 of 100',
      'text: naïve naïve',
      'number: 1.5 1.5',
      "object: { languages: [ 'en', 'fr' ] } { languages: [ 'en', 'fr' ] }",
      'flag: true true',
      'add of what is there: Item is not stored → false',
      'a TTL of 31 days: undefined → kept',
    ]);
  });
});

function lines(output: string): string[] {
  return output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
