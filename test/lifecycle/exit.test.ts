import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import { moments } from './moments';
import { newClient, runProgram } from './program';

/** How a program can end, and the status that it then must have. */
const endings = [
  { name: 'by itself', lines: 'over = true;', expected: 'code 0' },
  { name: 'process.exit', lines: 'process.exit(7);', expected: 'code 7' },
  { name: 'uncaught error', lines: `throw new Error('uncaught');`, expected: 'code 1' },
  {
    name: 'unhandled rejection',
    lines: `Promise.reject(new Error('unhandled'));`,
    expected: 'code 1',
  },
  { name: 'SIGTERM', lines: `process.kill(process.pid, 'SIGTERM');`, expected: 'signal SIGTERM' },
  {
    name: 'SIGTERM that is handled',
    lines: `process.once('SIGTERM', () => process.exit(8)); process.kill(process.pid, 'SIGTERM');`,
    expected: 'code 8',
  },
  {
    name: 'closed, not waited for',
    lines: 'over = true; client.close();',
    expected: 'code 0',
  },
  {
    name: 'closed, then process.exit',
    lines: 'over = true; client.close({ timeout: 0 }).then(() => process.exit(9));',
    expected: 'code 9',
  },
];

/** Operations that never run out: whoever is answered asks again, until the program is over. */
const load = `
  let over = false;
  const repeat = async (operation) => {
    while (!over) await operation().catch(() => sleep(1));
  };
  const begin = () => {
    const first = client.set('first', 1).catch(() => {});
    for (let n = 0; n < 100; n++) {
      repeat(() => client.set('key-' + n, 'x'.repeat(10 * n)));
      repeat(() => client.get('key-' + n));
      repeat(() => client.deleteMulti(['key-' + n, 'absent']).then(() => sleep(1)));
    }
    return first;
  };`;

const expected = Object.fromEntries(endings.map((ending) => [ending.name, ending.expected]));

describe.each(variants)('a program ends as it should, $name', ({ options }) => {
  test.each(moments)('with operations under way: $name', async ({ withServer, lines }) => {
    const statuses = await withServer((server) => {
      const client = newClient(server, { ...options, timeout: 300 });
      const statusOf = async (ending: string): Promise<string> => {
        const program = `const client = ${client}; ${load} const end = () => { ${ending} }; ${lines}`;
        const { code, signal, stderr } = await runProgram(program);
        const complaint = /ERROR: AddressSanitizer.*|FATAL ERROR.*/.exec(stderr)?.[0] ?? '';
        return `${signal === null ? `code ${code}` : `signal ${signal}`}${complaint}`;
      };
      return Promise.all(
        endings.map(async ({ name, lines: ending }) => [name, await statusOf(ending)]),
      );
    });
    expect(Object.fromEntries(statuses)).toEqual(expected);
  });
});
