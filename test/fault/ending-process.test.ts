import type { MemcachedServer } from 'libmemcached/testing';
import { startMemcached } from 'libmemcached/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newClient, runProgram } from '../lifecycle/program';
import { startSaslMemcached } from '../support/sasl';
import { variants } from '../support/variants';

const credentials = { user: 'app', password: 'correct horse battery staple' };
const { user: username, password } = credentials;

/** Ways to end, with what is then told of the process. */
const endings = [
  { name: 'process.exit', lines: 'process.exit(7)', expected: [7, null] },
  { name: 'an uncaught error', lines: `throw new Error('uncaught')`, expected: [1, null] },
  { name: 'SIGTERM', lines: `process.kill(process.pid, 'SIGTERM')`, expected: [null, 'SIGTERM'] },
] as const;

/** Ends at another moment in every run: while it connects, while it logs in, and under load. */
function program(client: string, end: string, run: number): string {
  return `
    const clients = Array.from({ length: 5 }, () => ${client});
    const repeat = async (operation) => { for (;;) await operation().catch(() => sleep(1)); };
    for (const client of clients) {
      for (let n = 0; n < 10; n++) {
        repeat(() => client.set('key-' + n, 'x'.repeat(1000 * n)));
        repeat(() => client.get('key-' + n));
      }
    }
    setTimeout(() => { ${end}; }, ${run % 25});`;
}

async function expectEndings(runs: number, start: (end: string, run: number) => string) {
  const atOnce = 4;
  const left = Array.from({ length: runs }, (_, run) => run);
  const runSome = async (): Promise<void> => {
    for (let run = left.pop(); run !== undefined; run = left.pop()) {
      const { name, lines, expected } = endings[run % endings.length] as (typeof endings)[number];
      const { code, signal } = await runProgram(start(lines, run));
      expect([code, signal], `${name} in run ${run}`).toEqual(expected);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, runSome));
}

describe('F45 process.exit, uncaught error and SIGTERM in flight', () => {
  const patience = 120_000;

  describe('with credentials', () => {
    let server: MemcachedServer;
    beforeAll(async () => {
      server = await startSaslMemcached(credentials);
    });
    afterAll(() => server.stop());

    test(
      'end 100 processes as they should',
      async () => {
        const client = newClient(server, { username, password, shared: false });
        await expectEndings(100, (end, run) => program(client, end, run));
      },
      patience,
    );
  });

  describe.each(variants)('$name', ({ options }) => {
    let server: MemcachedServer;
    beforeAll(async () => {
      server = await startMemcached();
    });
    afterAll(() => server.stop());

    test(
      'end 36 processes as they should',
      async () => {
        const client = newClient(server, { ...options, shared: false });
        await expectEndings(36, (end, run) => program(client, end, run));
      },
      patience,
    );
  });
});
