// Code blocks as programs: written out, type-checked together, and run one by one.
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { type CodeBlock, root } from './codeBlocks';

const directory = join(root, 'build', 'docs-examples');

/** Before a block without imports. */
const prelude = [
  `import { CacheMiss, Client, MemcachedError, presets, serializers } from 'libmemcached';`,
  `const servers = ['10.0.0.1:11211', '10.0.0.2:11211', '10.0.0.3:11211'];`,
  'const cache = new Client(servers);',
  '{',
];

const globals =
  'declare function expectResult(run: () => unknown, expected: string): Promise<void>;';

/** A statement of one line, and what it gives: `await cache.get('key'); // => 'value'`. */
const expectation = /^( *)(.+);\s+\/\/ => (.+)$/;

export class Program {
  readonly block: CodeBlock;
  readonly #name: string;
  readonly #linesBefore: number;
  readonly source: string;

  constructor(block: CodeBlock) {
    this.block = block;
    this.#name = block.name.replace(/\W+/g, '-');
    const code = block.lines.map(withExpectation);
    const whole = block.lines.some((line) => /^import |\brequire\(/.test(line));
    this.#linesBefore = whole ? 0 : prelude.length;
    this.source = (whole ? code : [...prelude, ...code, '}']).join('\n');
  }

  /** Where its source is written. */
  get file(): string {
    return `${join(directory, this.#name)}.${this.#extension(this.block.language)}`;
  }

  /** The line of the page that a line of the source stands for. */
  place(line: number): string {
    const [page, start] = this.block.name.split(':');
    return `${page}:${Number(start) + line - this.#linesBefore}`;
  }

  /** Runs it with these servers in the place of 10.0.0.1:11211 and so on. Rejects with what it wrote. */
  async run(servers: readonly string[]): Promise<void> {
    const text = this.block.language === 'js' ? this.source : transpiled(this.source);
    mkdirSync(directory, { recursive: true });
    const file = `${join(directory, this.#name)}.${this.#extension('js')}`;
    writeFileSync(
      file,
      text.replace(/10\.0\.0\.([1-3]):11211/g, (_, n) => `${servers[n - 1]}`),
    );
    const expecting = join(root, 'test', 'docs', 'expectResult.mjs');
    await promisify(execFile)(process.execPath, ['--import', expecting, file], {
      cwd: directory,
      env: { ...process.env, MEMCACHED_SERVERS: servers.join(',') },
      timeout: 15_000,
    });
  }

  #extension(language: string): string {
    return this.source.includes('require(') ? `c${language}` : `m${language}`;
  }
}

/** Writes the programs out and gives what TypeScript has to say of them, each with its place. */
export function typeErrors(programs: readonly Program[]): string[] {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const globalsFile = join(directory, 'globals.d.ts');
  writeFileSync(globalsFile, globals);
  const typed = new Map(
    programs
      .filter(({ block }) => block.language === 'ts')
      .map((program) => [program.file, program]),
  );
  for (const [file, { source }] of typed) writeFileSync(file, source);
  const program = ts.createProgram([globalsFile, ...typed.keys()], compilerOptions());
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, '\n');
    const line = file?.getLineAndCharacterOfPosition(start).line ?? 0;
    return `${typed.get(file?.fileName ?? '')?.place(line) ?? file?.fileName}: ${message}`;
  });
}

/** The project's, but a block need not use all it names. */
function compilerOptions(): ts.CompilerOptions {
  const file = join(root, 'tsconfig.json');
  const { compilerOptions } = ts.readConfigFile(file, ts.sys.readFile).config;
  const { options } = ts.convertCompilerOptionsFromJson(compilerOptions, root);
  const module = ts.ModuleKind.NodeNext;
  const moduleResolution = ts.ModuleResolutionKind.NodeNext;
  return { ...options, module, moduleResolution, noUnusedLocals: false, noUnusedParameters: false };
}

function transpiled(source: string): string {
  const { ESNext } = ts.ModuleKind;
  const compilerOptions = { module: ESNext, target: ts.ScriptTarget.ES2022 };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

function withExpectation(line: string): string {
  const [, indent, statement, expected] = expectation.exec(line) ?? [];
  if (statement === undefined) return line;
  return `${indent}await expectResult(async () => ${statement}, ${JSON.stringify(expected)});`;
}
