import { expect, it } from 'vitest';
import { clients, type LiveClient, type Placement } from './clients';
import { judgePlacement } from './expectations';
import type { PlacedKey } from './placement';

const client = clients.find(({ name }) => name === 'php-memcached') as LiveClient;
const [placement] = client.placements as Placement[];

const agreeing: PlacedKey = { key: 'user:1', located: 2, holders: [2], refusal: null };
const refused: PlacedKey = { key: 'größe', located: 0, holders: [], refusal: 'BAD KEY' };

const rows: [what: string, other: PlacedKey, outcome: string, problem: string | undefined][] = [
  [
    'a key that lies where it should',
    { ...refused, holders: [0], refusal: null },
    '100 %',
    undefined,
  ],
  ['a key refused for a known cause', refused, '100 % of 1', undefined],
  [
    'such a key on another server',
    { ...refused, holders: [1], refusal: null },
    '50 %',
    'größe is on [1], not on 0',
  ],
  [
    'such a key lost without a word',
    { ...refused, refusal: null },
    '50 %',
    'größe is on [], not on 0',
  ],
  ['another key refused', { ...refused, key: 'user:2' }, '50 %', 'user:2 BAD KEY'],
  [
    'a key on two servers',
    { ...agreeing, holders: [1, 2] },
    '50 %',
    'user:1 is on [1,2], not on 2',
  ],
];

it.each(rows)('%s', (_, other, outcome, problem) => {
  const keys = [agreeing, other];
  const judged = judgePlacement({
    client,
    placement: placement as Placement,
    servers: 3,
    weighted: false,
    keys,
  });
  expect(judged.outcome).toBe(outcome);
  expect(judged.problem).toBe(problem && `php-memcached, default, 3 servers: 1 keys, ${problem}`);
});
