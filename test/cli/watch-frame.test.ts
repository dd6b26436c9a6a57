import { MemcachedError } from 'libmemcached';
import { describe, expect, test } from 'vitest';
import { LoadHistory } from '../../dist/cli/loadHistory.js';
import { plainPaint, terminalPaint } from '../../dist/cli/paint.js';
import { hitRate, type Load, LoadMeter } from '../../dist/cli/serverLoad.js';
import { visibleWidth } from '../../dist/cli/table.js';
import { drawFrame, type Frame } from '../../dist/cli/watchFrame.js';

const idle = {
  uptime: 100,
  cmd_get: 0,
  get_hits: 0,
  cmd_set: 0,
  evictions: 0,
  bytes: 1024,
  limit_maxbytes: 64 * 1024 * 1024,
  curr_items: 3,
  curr_connections: 2,
};
const down = new MemcachedError('CONNECTION', 'stats on a:1: ECONNREFUSED', { server: 'a:1' });

describe('a load meter', () => {
  test('gives rates from the second reading on', () => {
    const meter = new LoadMeter();
    const first = meter.read(idle, 10) as Load;
    expect(first).toMatchObject({ gets: undefined, sets: undefined, items: 3, bytes: 1024 });
    const busy = { ...idle, cmd_get: 100, get_hits: 75, cmd_set: 20, evictions: 4 };
    const second = meter.read(busy, 12) as Load;
    expect(second).toMatchObject({ gets: 50, hits: 37.5, sets: 10, evictions: 2 });
    expect(hitRate(second)).toBe(0.75);
    expect(hitRate(meter.read(busy, 13) as Load)).toBeUndefined();
  });

  test('counts every operation once', () => {
    const meter = new LoadMeter();
    meter.read(idle, 1);
    const counters = {
      cmd_get: 1, // gets and their misses
      get_hits: 1,
      cmd_set: 20, // cas and what it ended with
      cas_misses: 5,
      cas_hits: 5,
      cas_badval: 5,
      cmd_touch: 300, // touches and their misses
      touch_hits: 300,
      delete_misses: 1000,
      delete_hits: 1000,
      incr_misses: 1000,
      incr_hits: 1000,
      decr_misses: 1000,
      decr_hits: 1000,
      cmd_flush: 10_000,
    };
    expect(meter.read({ ...idle, ...counters }, 2)).toMatchObject({ operations: 16_321 });
  });

  test('begins again after a restart, a reset and an outage', () => {
    const meter = new LoadMeter();
    const busy = { ...idle, cmd_get: 100 };
    meter.read(busy, 1);
    expect(meter.read({ ...busy, uptime: 1 }, 2)).toMatchObject({ gets: undefined });
    expect(meter.read(idle, 3)).toMatchObject({ gets: undefined, operations: undefined });
    expect(meter.read(busy, 4)).toMatchObject({ gets: 100 });
    expect(meter.read(down, 5)).toBe(down);
    expect(meter.read(busy, 6)).toMatchObject({ gets: undefined });
    meter.read({ ...busy, incr_hits: 9 }, 7);
    expect(meter.read(busy, 8)).toMatchObject({ operations: undefined });
  });
});

describe('a history', () => {
  test('is bounded', () => {
    const history = new LoadHistory();
    for (let second = 0; second < 1000; second++) history.add(new Map([['a:1', idle]]), second);
    expect(history.servers.get('a:1')?.length).toBeLessThan(200);
    expect(history.totals.length).toBeLessThan(200);
  });

  test('sums those that answer', () => {
    const history = new LoadHistory();
    const answers = (gets: number) =>
      new Map<string, typeof idle | MemcachedError>([
        ['a:1', down],
        ['b:1', { ...idle, cmd_get: gets }],
        ['c:1', { ...idle, cmd_get: 2 * gets }],
      ]);
    history.add(answers(0), 1);
    history.add(answers(10), 2);
    expect(history.totals.at(-1)).toMatchObject({
      operations: 30,
      gets: 30,
      items: 6,
      connections: 4,
    });
    history.add(new Map([['a:1', down]]), 3);
    expect(history.totals.at(-1)).toBeUndefined();
  });
});

describe('a frame', () => {
  const historyOf = (names: readonly string[], seconds = 60) => {
    const history = new LoadHistory();
    for (let second = 0; second < seconds; second++) {
      const stats = { ...idle, cmd_get: 9e7 * second, get_hits: 8e7 * second, cmd_set: second };
      history.add(new Map(names.map((name) => [name, stats])), second);
    }
    return history;
  };
  const draw = (frame: Partial<Frame>) =>
    drawFrame({
      history: historyOf(['10.0.0.1:11211', '10.0.0.2:11211']),
      width: 100,
      height: 24,
      paint: plainPaint,
      title: '2 servers',
      time: '12:00:00',
      ...frame,
    });

  test('has a line a server, and one for all', () => {
    const lines = draw({});
    expect(lines.slice(0, 2)).toEqual(['2 servers  12:00:00', '']);
    expect(lines[2]?.trim().split(/ +/)).toEqual([
      'HITS',
      'OPS',
      'GETS',
      'SETS',
      'MEMORY',
      'ITEMS',
      'EVICT',
      'CONN',
    ]);
    expect(lines[3]).toMatch(
      /^10\.0\.0\.1:11211 +88\.9% [▁-█ ]+ +90M [▁-█ ]+ 90M +1 +1K\/64M +3 +0 +2$/,
    );
    expect(lines[5]).toMatch(/^all +88\.9% [▁-█ ]+ +180M /);
    expect(lines).toHaveLength(6);
    expect(draw({ history: historyOf(['a:1']) })).toHaveLength(4);
  });

  test('shows all of it in 80 columns, and the course of the operations', () => {
    const lines = draw({ width: 80 });
    expect(lines[2]).toMatch(/HITS +OPS +GETS +SETS +MEMORY +ITEMS +EVICT +CONN$/);
    expect(lines[3]).toMatch(
      /^10\.0\.0\.1:11211 +88\.9% +90M [▁-█]{6,} +90M +1 +1K\/64M +3 +0 +2$/,
    );
  });

  test('shows a server that is down, and its gap once it is back', () => {
    const history = new LoadHistory();
    for (const [second, gets] of [0, 5, undefined, 20, 30].entries()) {
      history.add(
        new Map([['a:1', gets === undefined ? down : { ...idle, cmd_get: gets }]]),
        second,
      );
      if (gets === undefined) expect(draw({ history })[3]).toBe('a:1           down: ECONNREFUSED');
    }
    expect(draw({ history })[3]).toMatch(/ 10 +▅ {2}█ +10 /);
  });

  test('is never wider than the terminal', () => {
    for (const name of ['a', '10.0.0.1:11211', `${'long.'.repeat(20)}example.com:11211`]) {
      const history = historyOf([name, `${name}2`]);
      history.add(
        new Map<string, MemcachedError | typeof idle>([
          [name, down],
          [`${name}2`, idle],
        ]),
        99,
      );
      for (let width = 1; width < 300; width++) {
        for (const line of draw({ history, width, paint: terminalPaint })) {
          expect(visibleWidth(line), line).toBeLessThanOrEqual(width);
        }
      }
    }
  });

  test('is never higher than the terminal, and says what is left out', () => {
    const names = Array.from({ length: 50 }, (_, index) => `10.0.0.${index}:11211`);
    const history = historyOf(names, 2);
    const lines = draw({ history, height: 10 });
    expect(lines).toHaveLength(10);
    expect(lines[8]).toBe('… and 45 more');
    expect(lines[9]).toMatch(/^all /);
    expect(draw({ history, height: undefined })).toHaveLength(54);
  });
});
