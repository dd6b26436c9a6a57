import type { MemcachedServer } from 'libmemcached/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSaslMemcached } from '../support/sasl';
import { newClient, runMain, sanitized } from './program';

const credentials = { user: 'app', password: 'correct horse battery staple' };
const { user: username, password } = credentials;

const runs = sanitized ? 12 : 80;
const atOnce = 4;
const patience = 120_000;

/** Runs programs whose lines, given a delay in milliseconds, call `process.exit(7)` after it. */
async function expectExits(programOf: (delay: number) => string): Promise<void> {
  let left = runs;
  const runSome = async (): Promise<void> => {
    while (left-- > 0) {
      const delay = left % 12;
      const { code, signal } = await runMain(programOf(delay));
      expect([code, signal], `after ${delay} ms`).toEqual([7, null]);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, runSome));
}

describe('a process may exit while clients with credentials log in', () => {
  let server: MemcachedServer;
  beforeAll(async () => {
    server = await startSaslMemcached(credentials);
  });
  afterAll(() => server.stop());

  const logIn = (): string => `
    const own = () => ${newClient(server, { username, password, shared: false })};
    const clients = Array.from({ length: 5 }, own);
    for (const client of clients) client.get('key').catch(() => {});`;

  test(
    'in a worker thread, the main thread having none',
    () => {
      const worker = `
        const { Client } = require('libmemcached');
        const { parentPort } = require('node:worker_threads');
        ${logIn()}
        process.nextTick(() => parentPort.postMessage('busy'));`;
      return expectExits(
        (delay) => `
          const { once } = require('node:events');
          const { Worker } = require('node:worker_threads');
          const worker = new Worker(${JSON.stringify(worker)}, { eval: true });
          await once(worker, 'message');
          setTimeout(() => process.exit(7), ${delay});`,
      );
    },
    patience,
  );

  test(
    'though they were closed before',
    () =>
      expectExits(
        (delay) => `
          ${logIn()}
          await sleep(${delay});
          await Promise.all(clients.map((client) => client.close({ timeout: 0 })));
          process.exit(7);`,
      ),
    patience,
  );
});
