// What clients of a fleet do with the same item, one after the other.
import type { Client } from 'libmemcached';
import type { MemcachedServer } from 'libmemcached/testing';
import type { LiveClient } from './clients';
import { type Description, describe, natural, same } from './description';
import { type Driver, Unsupported } from './driver';
import { clientOf, entriesOf, ttlOf } from './fleet';
import { ok } from './outcome';
import { values } from './values';

interface Both {
  readonly driver: Driver;
  readonly ours: Client;
  readonly serverOf: (key: string) => MemcachedServer;
  /** Text, for a client that takes text. */
  readonly words: (content: string) => Description;
}

/** `ok`, or what was otherwise. */
type Subject = (both: Both, key: string) => Promise<string>;

const ttl = 1000; // seconds

export const subjects: Readonly<Record<string, Subject>> = {
  async counter({ driver, ours }, key) {
    const counts = [
      await ours.incr(key, 1, { initial: 10 }),
      await driver.incr(key, 5),
      await ours.incr(key),
      await driver.decr(key, 9), // leaves a blank behind the 7
      await ours.decr(key, 2),
      await ours.incr(key, 2 ** 40),
      await driver.incr(key, 1),
    ];
    const wanted = ['10', '15', '16', '7', '5', '1099511627781', '1099511627782'];
    return expected(counts.map(String), wanted);
  },

  async append({ driver, ours }, key) {
    await ours.setRaw(key, 'one', 0);
    const appended = [await driver.append(key, ', two'), await ours.append(key, ', three')];
    return expected(
      [...appended, String((await ours.getRaw(key))?.data)],
      [true, true, 'one, two, three'],
    );
  },

  async 'their cas'({ driver, ours, words }, key) {
    await ours.set(key, natural(words('one')));
    await driver.gets(key);
    await ours.set(key, natural(words('two')));
    const late = await driver.cas(key, words('late'));
    await driver.gets(key);
    const inTime = await driver.cas(key, words('three'));
    return expected([late, inTime, await contentFor(ours, key)], [false, true, 'three']);
  },

  async 'our cas'({ driver, ours, words }, key) {
    await driver.set([[key, words('one')]]);
    const before = await ours.gets(key);
    await driver.set([[key, words('two')]]);
    const late = await ours.cas(key, natural(words('late')), before?.cas ?? 0n);
    const after = await ours.gets(key);
    const inTime = await ours.cas(key, natural(words('three')), after?.cas ?? 0n);
    return expected([late, inTime, await contentFor(ours, key)], ['exists', 'stored', 'three']);
  },

  async 'their TTL'({ driver, serverOf, words }, key) {
    await driver.set([[key, words('for a while')]], ttl);
    return expectedTtl(await ttlOf(serverOf(key), key));
  },

  async 'our TTL'({ driver, ours, serverOf, words }, key) {
    await ours.set(key, natural(words('for a while')), ttl);
    const [found] = await driver.get([key]);
    if (found?.type === 'missing') return 'missing';
    return expectedTtl(await ttlOf(serverOf(key), key));
  },

  async flags({ driver, ours }, key) {
    const differences: string[] = [];
    for (const name of ['text, ASCII', 'bytes, all 256', 'integer 42']) {
      const value = values[name] as Description;
      const [refusal] = await driver.set([[key, value]]);
      if (refusal) continue;
      const theirs = (await ours.getRaw(key))?.flags;
      await ours.set(key, natural(value));
      const own = (await ours.getRaw(key))?.flags;
      if (theirs !== own) differences.push(`${name}: ${theirs} / ${own}`);
    }
    return differences.length === 0 ? ok : differences.join('; ');
  },
};

export interface Joint {
  readonly client: LiveClient;
  readonly subject: string;
  /** `ok`, `–` where the client cannot do it, or what was otherwise. */
  readonly outcome: string;
}

export async function tryTogether(
  client: LiveClient,
  driver: Driver,
  servers: readonly MemcachedServer[],
): Promise<Joint[]> {
  const { theirs, ours: options } = client.values[0];
  await driver.open(entriesOf(servers), theirs);
  const ours = clientOf(entriesOf(servers), options);
  const serverOf = (key: string) => servers[ours.locate(key).index] as MemcachedServer;
  const words = (content: string) => wordsOf(client, content);
  const results: Joint[] = [];
  try {
    for (const [subject, attempt] of Object.entries(subjects)) {
      const key = `${subject.replace(' ', '-')}:${client.name}`;
      const outcome = await attempt({ driver, ours, serverOf, words }, key).catch(whyNot);
      results.push({ client, subject, outcome });
    }
  } finally {
    await ours.close();
  }
  return results;
}

function whyNot(error: unknown): string {
  return error instanceof Unsupported ? '–' : String(error);
}

function wordsOf(client: LiveClient, content: string): Description {
  return client.takesBytesOnly
    ? { type: 'bytes', content: Buffer.from(content).toString('base64') }
    : { type: 'text', content };
}

/** As text, which some presets read as bytes. */
async function contentFor(ours: Client, key: string): Promise<string> {
  return String(await ours.get(key));
}

function expected(got: readonly unknown[], wanted: readonly unknown[]): string {
  const equal = got.every((one, at) => same(describe(one), describe(wanted[at])));
  return equal ? ok : got.join(' ');
}

function expectedTtl(seconds: number | undefined): string {
  const near = seconds !== undefined && seconds <= ttl && seconds > ttl - 60;
  return near ? ok : `${seconds} s`;
}
