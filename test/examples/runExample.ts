import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = join(root, 'build', 'examples');

/** What `npm start -- NAME` prints, without its build. Rejects when the example does not end well, or by itself. */
export async function runExample(name: string): Promise<string> {
  const source = readFileSync(join(root, 'examples', `${name}.ts`), 'utf8');
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${name}.js`);
  writeFileSync(file, ts.transpileModule(source, { compilerOptions }).outputText);
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], {
    cwd: root,
    timeout: 15_000,
  });
  if (stderr !== '') throw new Error(stderr);
  return stdout;
}
