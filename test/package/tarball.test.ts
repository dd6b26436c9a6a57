import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { prebuild } from '../../dist/prebuild.js';
import { exports as entries } from '../../package.json';
import matrix from '../../scripts/prebuild-matrix.json';
import { mustRun, pack, patience, root, scratchDirectory } from './installation';

const directory = scratchDirectory();
let tarball: string;
let files: string[];

beforeAll(async () => {
  tarball = await pack(root, directory);
  const list = await mustRun(['tar', '-tzf', tarball], { cwd: directory });
  files = list
    .trim()
    .split('\n')
    .map((path) => path.replace('package/', ''));
}, patience.timeout);

describe('the tarball', () => {
  test('holds what loads, what compiles, what tells about it, and nothing else', () => {
    const prebuilds = files.filter((path) => path.startsWith('prebuilds/'));
    expect(prebuilds).toContain(prebuild);
    expect(files.toSorted()).toEqual(
      [
        'CHANGELOG.md',
        'CONTRIBUTING.md',
        'LICENSE',
        'README.md',
        'binding.gyp',
        'package.json',
        'scripts/install.mjs',
        ...Object.values(entries).flatMap(modules),
        ...committed('lib').flatMap(compiled),
        ...committed('docs', 'examples', 'native', 'src'),
        ...prebuilds,
      ].sort(),
    );
  });

  test('has every file that its pages link to', () => {
    const pages = files.filter((path) => path.endsWith('.md'));
    const lost = pages.flatMap((page) =>
      linksOf(page)
        .filter((link) => !files.includes(link))
        .map((link) => `${page}: ${link}`),
    );
    expect(lost).toEqual([]);
  });

  test('takes less than a megabyte for each system it has an addon for', () => {
    const systems = filesIn('prebuilds').length;
    expect(statSync(tarball).size).toBeLessThan(systems * 1_000_000);
  });

  test('has no finding of publint', patience, async () => {
    await mustRun([binary('publint'), 'run', tarball, '--strict'], { cwd: root });
  });

  test('has types that are right for every way to import it', patience, async () => {
    // The first resolver of TypeScript, `node10`, knows no `exports`: no supported Node works so.
    const attw = [binary('attw'), '--profile=node16', '--no-definitely-typed'];
    await mustRun([...attw, tarball], { cwd: root });
  });
});

describe('the prebuilt addon', () => {
  test('asks the system for libmemcached and the libraries of C and C++ only', async () => {
    const readelf = ['readelf', '--dynamic', '--wide', prebuild];
    const dynamic = await mustRun(readelf, { cwd: root });
    const needed = [...dynamic.matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name]) => name as string);
    const others = needed.filter((name) => !/^(ld-|libc\.|libm\.|libgcc_s\.)/.test(name));
    expect(others.sort()).toEqual(['libhashkit.so.2', 'libmemcached.so.11', 'libstdc++.so.6']);
  });

  test('is one of those that a release is made of', () => {
    const released = matrix.map((system) => system.prebuild);
    expect(released).toEqual(expect.arrayContaining([prebuild, ...filesIn('prebuilds')]));
  });

  test('is built for N-API 8, which Node 20 and all later ones have', () => {
    const targets = readFileSync(join(root, 'binding.gyp'), 'utf8');
    expect(targets).toContain("'defines': ['NAPI_VERSION=8']");
  });
});

/** What git has of these directories: a file that somebody has left there is none of the package. */
function committed(...directories: string[]): string[] {
  // The project may belong to another user, as in a container.
  const git = ['-c', 'safe.directory=*', 'ls-files', ...directories];
  return execFileSync('git', git, { cwd: root, encoding: 'utf8' }).trim().split('\n');
}

/** The files that a page links to, without their anchors: in Markdown, and by its few tags. */
function linksOf(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/\]\(([^)\s]+)|^\[.+\]: (\S+)|\s(?:href|src|srcset)="([^"]+)"/gm)]
    .map(([, ...forms]) => forms.find((form) => form !== undefined) as string)
    .filter((link) => !/^([a-z]+:|#)/.test(link))
    .map((link) => posix.join(posix.dirname(page), link.replace(/#.*/, '')));
}

/** From the root of the project. */
function filesIn(name: string): string[] {
  return readdirSync(join(root, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** What an entry of the package has beside what TypeScript makes. */
function modules(entry: string | { import: { types: string; default: string } }): string[] {
  if (typeof entry === 'string') return [];
  return Object.values(entry.import).map((path) => path.replace('./', ''));
}

function compiled(source: string): string[] {
  const name = source.replace(/^lib/, 'dist').replace(/\.ts$/, '');
  return [`${name}.js`, `${name}.d.ts`];
}

function binary(name: string): string {
  return join(root, 'node_modules', '.bin', name);
}
