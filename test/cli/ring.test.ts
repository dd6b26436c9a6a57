import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, type ClientOptions, type PresetName, presets } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { cli, cliJson, scratchDirectory } from './support';

const servers = ['10.0.0.1:11211', '10.0.0.2:11211', '10.0.0.3:11211', '/run/memcached.sock'];
const weighted = ['10.0.0.1:11211:5', '10.0.0.2:11211', '10.0.0.3:11211:2'];
const presetNames = Object.keys(presets) as PresetName[];

/** Of random keys, by the place of the server in the list. */
async function sharesOf(list: string[], options: ClientOptions): Promise<number[]> {
  const client = new Client(list, options);
  const counts = list.map(() => 0);
  const keys = 50_000;
  for (let key = 0; key < keys; key++) {
    const { index } = client.locate(Math.random().toString(36));
    counts[index] = (counts[index] ?? 0) + 1;
  }
  await client.close();
  return counts.map((count) => count / keys);
}

describe('locate', () => {
  test('names the server of each preset', async () => {
    const { code, document } = await cliJson(['locate', 'user:7', 'user:8'], { servers });
    expect(code).toBe(0);
    const expected = ['user:7', 'user:8'].flatMap((key) =>
      presetNames.map((preset) => {
        const { server, index } = new Client(servers, { preset }).locate(key);
        return { key, preset, server, index };
      }),
    );
    expect(document.locations).toEqual(expected);
    const { stdout } = await cli(['locate', 'user:7'], { servers });
    for (const { key, preset, server } of expected.slice(0, presetNames.length)) {
      expect(stdout).toMatch(new RegExp(`^${preset} +${server} +${key}$`, 'm'));
    }
  });

  test('names the one of the ring that the options name', async () => {
    for (const [words, options] of [
      [['--preset', 'pylibmc'], { preset: 'pylibmc' }],
      [['--hash', 'crc'], { hash: 'crc' }],
      [
        ['--distribution', 'consistent', '--hash', 'md5'],
        { distribution: 'consistent', hash: 'md5' },
      ],
      [['--ketama', 'true'], { ketama: true }],
      [['--ketama', 'weighted', '--prefix', 'app:'], { ketama: 'weighted', prefix: 'app:' }],
      [['--ketama', 'false'], { ketama: false }],
    ] as [string[], ClientOptions][]) {
      const { document } = await cliJson(['locate', 'a', 'b', 'c', ...words], {
        servers: weighted,
      });
      const client = new Client(weighted, options);
      expect(document.locations).toEqual(
        ['a', 'b', 'c'].map((key) => {
          const { server, index } = client.locate(key);
          return { key, preset: options.preset ?? null, server, index };
        }),
      );
    }
  });

  test('shows the presets that take the servers, and why others do not', async () => {
    const twice = ['10.0.0.1:11211', '10.0.0.1:11211'];
    const { code, document } = await cliJson(['locate', 'key'], { servers: twice });
    expect(code).toBe(0);
    const byPreset = new Map(
      document.locations.map((place: { preset: string }) => [place.preset, place]),
    );
    expect(byPreset.get('libketama')).toMatchObject({ error: { code: 'INVALID_ARGUMENT' } });
    expect(byPreset.get('libmemcached')).toMatchObject({ server: twice[0] });
    expect((await cli(['locate', 'key', '--preset', 'libketama'], { servers: twice })).code).toBe(
      2,
    );
  });
});

describe('locate, of several keys,', () => {
  test('names one that is given twice once', async () => {
    const { document } = await cliJson(['locate', 'a', 'b', 'a', '--preset', 'dalli'], { servers });
    expect(document.locations.map(({ key }: { key: string }) => key)).toEqual(['a', 'b']);
  });

  test('answers for those that are keys, and is 2 where one is none', async () => {
    for (const ring of [['--preset', 'dalli'], []]) {
      const { code, document } = await cliJson(['locate', 'good', 'bad key', ...ring], { servers });
      expect(code).toBe(2);
      const rings = ring.length > 0 ? 1 : presetNames.length;
      expect(document.locations).toHaveLength(2 * rings);
      for (const place of document.locations.slice(0, rings))
        expect(place).toMatchObject({ key: 'good', index: expect.any(Number) });
      for (const place of document.locations.slice(rings))
        expect(place).toMatchObject({ key: 'bad key', error: { code: 'INVALID_ARGUMENT' } });
    }
    const { code, stdout } = await cli(['locate', 'good', 'bad key'], { servers });
    expect(code).toBe(2);
    expect(stdout).toMatch(/^dalli +.*:11211 +good$/m);
    expect(stdout).toMatch(/^dalli +key must .* bad key$/m);
  });
});

describe('ring', () => {
  test.each([
    ['the default', [], {}],
    ['unweighted consistent hashing', ['--ketama', 'true'], { ketama: true }],
    [
      'a circle of 15 bits',
      ['--hash', 'crc', '--distribution', 'consistent'],
      { hash: 'crc', distribution: 'consistent' },
    ],
    ...presetNames.map((preset) => [preset, ['--preset', preset], { preset }] as const),
  ] as [string, string[], ClientOptions][])(
    'shares of %s agree with locate',
    async (_, words, options) => {
      const { code, document } = await cliJson(['ring', ...words], { servers: weighted });
      expect(code).toBe(0);
      const shares: number[] = document.servers.map(({ share }: { share: number }) => share);
      expect(document.servers.map(({ weight }: { weight: number }) => weight)).toEqual([5, 1, 2]);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      const measured = await sharesOf(weighted, options);
      // 50,000 keys: more than five standard deviations.
      for (const [index, share] of shares.entries()) {
        expect(Math.abs(share - (measured[index] as number)), `server ${index}`).toBeLessThan(
          0.015,
        );
      }
    },
  );

  test('prints a bar a server', async () => {
    const { code, stdout } = await cli(['ring'], { servers });
    expect(code).toBe(0);
    for (const server of servers) {
      expect(stdout).toMatch(new RegExp(`^${server} +1 +\\d+\\.\\d% +█+[▏▎▍▌▋▊▉]?$`, 'm'));
    }
  });

  test('draws an SVG', async () => {
    const file = join(scratchDirectory(), 'ring.svg');
    const words = ['ring', '--svg', file, '--hash', 'md5', '--distribution', 'consistent'];
    const { code, stdout } = await cli(words, { servers: weighted });
    expect(code).toBe(0);
    expect(stdout).toContain(file);
    const svg = readFileSync(file, 'utf8');
    for (const text of ['hash md5', 'distribution consistent', '10.0.0.3:11211']) {
      expect(svg).toContain(text);
    }
    await promisify(execFile)('python3', [
      '-c',
      'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])',
      file,
    ]);
    expect((await cliJson(words, { servers: weighted })).document.servers).toHaveLength(3);
  });

  test('says where it cannot write', async () => {
    const run = await cli(['ring', '--svg', '/nonexistent/ring.svg'], { servers });
    expect(run).toMatchObject({ code: 3, stdout: '' });
    expect(run.stderr).toContain('cannot write the picture: ENOENT');
  });
});
