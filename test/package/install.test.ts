import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, test } from 'vitest';
import {
  expectToWork,
  installed,
  mustRun,
  packAll,
  pathWithoutCompiler,
  patience,
  root,
  scratchDirectory,
  type Tarballs,
} from './installation';

let tarballs: Tarballs;

beforeAll(async () => {
  tarballs = await packAll(scratchDirectory());
}, patience.timeout);

describe('where a prebuilt addon loads', () => {
  test('the package works, and nothing is compiled', patience, async () => {
    const project = await installed(tarballs, { path: pathWithoutCompiler() });
    await expectToWork(project);
  });

  test('the package works when npm runs no scripts', patience, async () => {
    await expectToWork(await installed(tarballs, { scripts: false }));
  });

  test('TypeScript finds its types', patience, async () => {
    const project = await installed(tarballs, { scripts: false });
    await check(project, { module: 'node16' }, ['module.mts', 'module.cts']);
    await check(project, { module: 'preserve', moduleResolution: 'bundler' }, ['module.ts']);
  });
});

async function check(project: string, resolution: object, files: string[]): Promise<void> {
  for (const file of files) writeFileSync(join(project, file), typed);
  const compilerOptions = {
    ...resolution,
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
    strict: true,
    noEmit: true,
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  await mustRun([tsc, '-p', project], { cwd: project });
}

const typed = `
  import { Client, MemcachedError, type ClientOptions } from 'libmemcached';
  import { startMemcached } from 'libmemcached/testing';
  const options: ClientOptions = { timeout: 100 };
  export const client = new Client(['127.0.0.1:11211'], options);
  export const stored: Promise<boolean> = client.set('key', 'value');
  export const codeOf = (error: MemcachedError): string => error.code;
  export const address = startMemcached().then(({ server }): string => server);
  // @ts-expect-error a number is no key
  void client.get(7);
`;
