// Random faults under random operations, every answer compared with what may be true.
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientOptions, type ErrorCode } from 'libmemcached';
import { now, recovery, stalls } from '../support/stalls';
import { Caller } from './caller';
import { type KeyKind, OwnedKey } from './ownedKey';
import { Random } from './random';
import { Report } from './report';
import { Saboteur } from './saboteur';
import { ServedKeys } from './servedKeys';

export interface ChaosOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Of the client under test. */
  readonly client: ClientOptions;
  /** Called after each round. */
  readonly onRound?: (report: Report) => void;
}

const servers = 3;
const callers = 16;
const kinds: readonly KeyKind[] = ['item', 'item', 'item', 'item', 'counter', 'counter', 'text'];
const keysPerKind = 2;

/** Milliseconds of an operation. */
const timeout = 250;

/** Milliseconds of faults, after which all is looked up. */
const round = 2000;

/**
 * Runs in rounds: callers and faults at the same time, then neither, and every key is looked up on its
 * server. The seed fixes the faults and what the callers choose; when each happens is up to the machine.
 */
export async function runChaos({ seed, seconds, client: options, onRound }: ChaosOptions) {
  const report = new Report();
  const served = await Promise.all(Array.from({ length: servers }, () => ServedKeys.start()));
  const client = new Client(
    served.map(({ proxy }) => proxy.server),
    { ...options, timeout, connectTimeout: timeout, shared: false },
  );
  const random = new Random(seed);
  const crowd = Array.from({ length: callers }, (_, number) => {
    const keys = keysOf(number);
    for (const key of keys) served[client.locate(key.name).index]?.keys.push(key);
    return new Caller(client, keys, random.fork(number), report, {
      timeout,
      codes: codesOf(options),
    });
  });
  const saboteurs = served.map(
    (target, number) => new Saboteur(target, random.fork(callers + number), report),
  );
  const probes = served.map((_, number) => `probe-${keyOnServer(client, number)}`);
  try {
    const end = performance.now() + seconds * 1000;
    while (performance.now() < end) {
      const endOfRound = Math.min(end, performance.now() + round);
      await playRound(crowd, saboteurs, endOfRound);
      await Promise.all(probes.map((key) => recover(client, key, report)));
      for (const target of served) await verify(target, report);
      checkIdle(client, report);
      onRound?.(report);
    }
  } finally {
    await client.close();
    await Promise.all(served.map((target) => target.stop()));
  }
  return report;
}

/** libmemcached takes a reply that breaks off in the middle for one that it does not know. */
function codesOf({ engine }: ClientOptions): ErrorCode[] {
  const codes: ErrorCode[] = ['TIMEOUT', 'CONNECTION', 'SERVER_DOWN'];
  return engine === 'libmemcached' ? [...codes, 'PROTOCOL'] : codes;
}

function keysOf(caller: number): OwnedKey[] {
  return Array.from({ length: keysPerKind * kinds.length }, (_, number) => {
    const kind = kinds[number % kinds.length] as KeyKind;
    return new OwnedKey(`${kind}-${number}-of-caller-${caller}`, kind);
  });
}

/** The number of the first probe key that lives on the server. */
function keyOnServer(client: Client, server: number): number {
  for (let number = 0; ; number += 1) {
    if (client.locate(`probe-${number}`).index === server) return number;
  }
}

async function playRound(
  crowd: readonly Caller[],
  saboteurs: readonly Saboteur[],
  end: number,
): Promise<void> {
  let faultsAreOver = false;
  const atWork = Promise.all(saboteurs.map((one) => one.run(() => performance.now() >= end)));
  const faults = atWork.then(() => {
    faultsAreOver = true;
  });
  await Promise.all([faults, ...crowd.map((caller) => caller.run(() => faultsAreOver))]);
}

/** Resolves when the server answers again. */
async function recover(client: Client, key: string, report: Report): Promise<void> {
  const start = now();
  for (let isBack = false; !isBack; ) {
    isBack = await isAnswered(client, key);
    const late = stalls.late(start);
    report.slowestRecovery = Math.max(report.slowestRecovery, late);
    if (late > recovery) {
      report.violations.push(`${client.locate(key).server} did not come back in time`);
      return;
    }
    if (!isBack) await sleep(10);
  }
}

function isAnswered(client: Client, key: string): Promise<boolean> {
  return client.get(key).then(
    () => true,
    () => false,
  );
}

async function verify(target: ServedKeys, report: Report): Promise<void> {
  await target.quiesce();
  const values = await target.lookUp();
  for (const [index, key] of target.keys.entries()) {
    const violation = key.verify(values[index]);
    if (violation !== undefined) report.violations.push(`${key.name}: ${violation}`);
    report.verified += 1;
  }
}

/** Every promise is settled: what is still counted as pending would be settled twice, or never. */
function checkIdle(client: Client, report: Report): void {
  const { pending, pendingBytes } = client.metrics();
  if (pending !== 0 || pendingBytes !== 0) {
    report.violations.push(`${pending} operations and ${pendingBytes} bytes are still pending`);
  }
}
