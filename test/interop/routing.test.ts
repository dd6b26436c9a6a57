// Where keys go, compared with where libmemcached and the other clients of a fleet put them.
import type { Client } from 'libmemcached';
import { describe, expect, it } from 'vitest';
import {
  type Algorithm,
  type Ring,
  ringOf,
  type ServerSpec,
  type Step,
  serverOf,
  vectors,
  withClient,
} from './ring';
import { NEVER_SAID, SAID_BY_PRESET, SAID_OTHERWISE } from './ring-exceptions';

/** The ring of a row; undefined for one that this client cannot be told to make. */
function ringOfRow(name: string, steps: readonly Step[], given?: ServerSpec[]): Ring | undefined {
  if (NEVER_SAID.has(name)) return undefined;
  const otherwise = SAID_OTHERWISE.get(name);
  if (otherwise === undefined) return ringOf(steps, given);
  const added = steps.filter(([call]) => call === 'add_servers' || call === 'push_servers');
  const { servers } = ringOf(added.slice(-1), given);
  return {
    servers: otherwise.weights === false ? servers.map(withoutWeight) : servers,
    options: { ketama: false, ...otherwise.options },
  };
}

function withoutWeight({ weight: _, ...server }: ServerSpec): ServerSpec {
  return server;
}

/** The names of the rows whose calls this client would have to make in another order, or never. */
function namesOutOfOrder(rows: readonly { name: string; steps: readonly Step[] }[]): string[] {
  return rows.filter(({ steps }) => isOutOfOrder(steps)).map(({ name }) => name);
}

function isOutOfOrder(steps: readonly Step[]): boolean {
  try {
    ringOf(steps);
    return false;
  } catch {
    return true;
  }
}

const LONGEST_KEY = 250;
const REFUSED = expect.objectContaining({ code: 'INVALID_ARGUMENT' });

/** Whether the key is one that this client takes; libmemcached routes others too. */
function isKey(key: string, namespace = ''): boolean {
  return !key.includes(' ') && Buffer.byteLength(namespace + key) <= LONGEST_KEY;
}

/** `host:port` or path of the server of each key. */
function placesOf(client: Client, keys: readonly string[]): string[] {
  return keys.map((key) => {
    const { host, port, path } = client.locate(key);
    return path ?? `${host}:${port}`;
  });
}

function indicesOf(client: Client, keys: readonly string[]): number[] {
  return keys.map((key) => client.locate(key).index);
}

describe('the hash functions', () => {
  interface HashValues {
    keys: string[];
    values: Record<string, number[]>;
    utf8_keys: string[];
    utf8_values: Record<string, { x86_64: number[]; where_char_is_unsigned?: number[] }>;
  }
  const recorded = vectors<HashValues>('routing-hash-values');
  const upstream = vectors<{ hash_values: Pick<HashValues, 'keys' | 'values'> }>(
    'routing-upstream-tests',
  ).hash_values;
  const charIsUnsigned = process.arch === 'arm64' && process.platform === 'linux';
  const anyRing: Ring = { servers: [serverOf('127.0.0.1', 11211)], options: {} };

  function hashes(client: Client, keys: readonly string[], algorithm: string): number[] {
    return keys.map((key) => client.hash(key, algorithm as Algorithm));
  }

  it.each(Object.entries(recorded.values))('%s has the values of libmemcached', (name, values) =>
    withClient(anyRing, (client) => {
      expect(hashes(client, recorded.keys, name)).toEqual(values);
    }),
  );

  it.each(Object.entries(recorded.utf8_values))('%s reads UTF-8 as this CPU does', (name, values) =>
    withClient(anyRing, (client) => {
      const expected = charIsUnsigned ? values.where_char_is_unsigned : undefined;
      expect(hashes(client, recorded.utf8_keys, name)).toEqual(expected ?? values.x86_64);
    }),
  );

  it.each(Object.entries(upstream.values).filter(([name]) => name !== 'hsieh'))(
    "%s has the values of libmemcached's own tests",
    (name, values) =>
      withClient(anyRing, (client) => {
        expect(hashes(client, upstream.keys, name)).toEqual(values);
      }),
  );

  it('refuses hsieh by name, which no distribution of libmemcached is built with', () =>
    withClient(anyRing, (client) => {
      expect(() => client.hash('key', 'hsieh')).toThrow(
        "hash 'hsieh' is not in the installed libmemcached",
      );
    }));
});

describe('every hash on every distribution', () => {
  interface Computed {
    keys: string[];
    layouts: Record<string, { host: string; port: number; weight: number }[]>;
    cases: { layout: string; steps: Step[]; server_index: number[] }[];
  }
  const { keys, layouts, cases } = vectors<Computed>('routing-computed');

  it.each(cases.map((row) => [`${row.layout}: ${JSON.stringify(row.steps)}`, row] as const))(
    '%s',
    (_, row) => {
      const servers = (layouts[row.layout] ?? []).map(({ host, port, weight }) =>
        serverOf(host, port, weight),
      );
      return withClient(ringOf(row.steps, servers), (client) => {
        expect(indicesOf(client, keys)).toEqual(row.server_index);
      });
    },
  );
});

interface SpecialCase {
  name: string;
  steps: Step[];
  keys?: string[];
  server_list: string[];
  server_index: number[];
}
const special = vectors<{ keys: string[]; cases: SpecialCase[] }>('routing-special');

describe('the order of calls and the form of servers', () => {
  const said = special.cases.filter(({ name }) => !NEVER_SAID.has(name));

  it.each(said.map((row) => [row.name, row] as const))('%s', (name, row) => {
    const ring = ringOfRow(name, row.steps) as Ring;
    const rows = (row.keys ?? special.keys).map((key, i) => ({ key, index: row.server_index[i] }));
    const { namespace } = ring.options;
    const taken = rows.filter(({ key }) => isKey(key, namespace));
    const keys = taken.map(({ key }) => key);
    return withClient(ring, (client) => {
      expect(indicesOf(client, keys)).toEqual(taken.map(({ index }) => index));
      const names = taken.map(({ index }) => row.server_list[index as number] as string);
      // A unix socket has no port here, and one of libmemcached's two in the list.
      expect(placesOf(client, keys)).toEqual(names.map((at) => at.replace(/^(\/.*):\d+$/, '$1')));
      for (const { key } of rows.filter((one) => !taken.includes(one))) {
        expect(() => client.locate(key)).toThrow(REFUSED);
      }
    });
  });
});

interface LiveCase {
  client: string;
  name: string;
  keys?: string[];
  servers: (string | [server: string, weight: number])[];
  stored_key_prefix: string;
  stored_under_another_name?: string[];
  hashed_key?: string;
  server_index: number[];
  libmemcached: {
    none?: true;
    steps?: Step[];
    best_match_steps?: Step[];
    hash_over?: 'key' | 'prefix + key';
  };
}
const live = vectors<{ keys: string[]; cases: LiveCase[] }>('routing-live-clients');

function nameOf({ client, name }: LiveCase): string {
  return `${client}: ${name}`;
}

function stepsOf({ libmemcached }: LiveCase): Step[] {
  return libmemcached.steps ?? libmemcached.best_match_steps ?? [['none']];
}

/** Whether any calls of libmemcached give the client's ring. */
function hasSteps({ libmemcached }: LiveCase): boolean {
  return libmemcached.none === undefined;
}

describe('the place where another client stored the key', () => {
  function serversOf(row: LiveCase): ServerSpec[] {
    return row.servers.map((server) => {
      const [name, weight] = typeof server === 'string' ? [server, 0] : server;
      const [host, port] = name.split(':') as [string, string];
      return serverOf(host, Number(port), weight);
    });
  }

  function ringOfLive(row: LiveCase): Ring {
    const ring = ringOfRow(nameOf(row), stepsOf(row), serversOf(row)) as Ring;
    const { hash_over } = row.libmemcached;
    if (hash_over === 'prefix + key') ring.options.prefix = row.stored_key_prefix;
    else if (row.stored_key_prefix !== '') ring.options.namespace = row.stored_key_prefix;
    return ring;
  }

  function portOf(server: LiveCase['servers'][number]): number {
    return Number((typeof server === 'string' ? server : server[0]).split(':')[1]);
  }

  function expectPlaces(row: LiveCase, ring: Ring): Promise<void> {
    const keys = row.keys ?? live.keys;
    const stored = row.server_index
      .map((index, i) => ({ key: keys[i] as string, server: row.servers[index] }))
      .filter(({ key }) => !row.stored_under_another_name?.includes(key));
    return withClient(ring, (client) => {
      const ports = stored.map(({ key }) => {
        const groupKey = row.hashed_key === undefined ? undefined : `g:${key[0]}`;
        return client.locate(key, groupKey === undefined ? {} : { groupKey }).port;
      });
      expect(ports).toEqual(stored.map(({ server }) => server && portOf(server)));
    });
  }

  const said = live.cases.filter((row) => !NEVER_SAID.has(nameOf(row)) && hasSteps(row));
  it.each(said.map((row) => [nameOf(row), row] as const))('%s', (_, row) =>
    expectPlaces(row, ringOfLive(row)),
  );

  it.each([...SAID_BY_PRESET])('%s, by the preset', (name, options) => {
    const row = live.cases.find((one) => nameOf(one) === name) as LiveCase;
    return expectPlaces(row, { servers: serversOf(row), options: { ...options } });
  });
});

describe("libmemcached's own tests", () => {
  interface Upstream {
    generate_hash_modula: {
      servers: [string, number, number][];
      keys: string[];
      server_index: Record<string, number[]>;
    };
    ketama_weighted: {
      servers: [string, number, number][];
      steps: Step[];
      also_true_for: Step[];
      rows: { key: string; md5_hash: number; server: string }[];
      wraparound: { key: string; md5_hash: number };
    };
    ketama_spy_weighted: {
      servers: [string, number, number][];
      steps: Step[];
      rows: { key: string; server: string }[];
    };
    virtual_bucket: {
      servers: [string, number, number][];
      map: number[];
      hash: Algorithm;
      rows: { key: string; server_index: number }[];
    };
  }
  const upstream = vectors<Upstream>('routing-upstream-tests');

  function specs(servers: [string, number, number][]): ServerSpec[] {
    return servers.map(([host, port, weight]) => serverOf(host, port, weight));
  }

  const { generate_hash_modula: modula } = upstream;
  it.each(Object.entries(modula.server_index))('modula under %s', (hash, expected) => {
    const options = { hash: hash as Algorithm };
    return withClient({ servers: specs(modula.servers), options }, (client) => {
      expect(indicesOf(client, modula.keys)).toEqual(expected);
    });
  });

  it.each([
    ['weighted ketama', upstream.ketama_weighted, upstream.ketama_weighted.steps],
    [
      'weighted ketama, distribution set again',
      upstream.ketama_weighted,
      upstream.ketama_weighted.also_true_for,
    ],
    [
      'weighted ketama of spymemcached',
      upstream.ketama_spy_weighted,
      upstream.ketama_spy_weighted.steps,
    ],
  ] as const)('%s', (_, { servers, rows }, steps) =>
    withClient(ringOf(steps, specs(servers)), (client) => {
      const hosts = rows.map(({ key }) => client.locate(key).host);
      expect(hosts).toEqual(rows.map(({ server }) => server));
    }),
  );

  it('hashes the keys of the weighted ketama to its points', () => {
    const { servers, rows, wraparound } = upstream.ketama_weighted;
    return withClient({ servers: specs(servers), options: {} }, (client) => {
      for (const { key, md5_hash } of [...rows, wraparound]) {
        expect(client.hash(key, 'md5'), key).toBe(md5_hash);
      }
    });
  });

  it('virtual buckets', () => {
    const { servers, map, hash, rows } = upstream.virtual_bucket;
    const options = { hash, distribution: 'virtual-bucket', buckets: map } as const;
    return withClient({ servers: specs(servers), options }, (client) => {
      for (const { key, server_index } of rows.filter((row) => isKey(row.key))) {
        expect(client.locate(key).index, key).toBe(server_index);
      }
      for (const { key } of rows.filter((row) => !isKey(row.key))) {
        expect(() => client.locate(key), key).toThrow(REFUSED);
      }
    });
  });
});

describe('the default of the clients on libmemcached', () => {
  it("is the preset 'libmemcached': hash default, modula", () => {
    const { behaviors } = vectors<{ behaviors: Record<string, Record<string, number>> }>(
      'routing-defaults',
    );
    for (const defaults of Object.values(behaviors)) {
      expect(defaults).toMatchObject({ HASH: 0, DISTRIBUTION: 0, KETAMA: 0, KETAMA_WEIGHTED: 0 });
    }
    const { steps, server_index } = special.cases[0] as SpecialCase;
    const { servers } = ringOf(steps);
    return withClient({ servers, options: { preset: 'libmemcached' } }, (client) => {
      expect(indicesOf(client, special.keys)).toEqual(server_index);
    });
  });
});

describe('the lists of exceptions', () => {
  const rows = [
    ...special.cases.map(({ name, steps }) => ({ name, steps })),
    ...live.cases.map((row) => ({ name: nameOf(row), steps: stepsOf(row) })),
  ];

  it('hold exactly the rows that are out of order', () => {
    const noSteps = live.cases.filter((row) => !hasSteps(row)).map(nameOf);
    const byPreset = noSteps.filter((name) => SAID_BY_PRESET.has(name));
    const listed = [...SAID_OTHERWISE.keys(), ...NEVER_SAID.keys(), ...byPreset];
    expect(listed.toSorted()).toEqual(namesOutOfOrder(rows).toSorted());
  });
});
