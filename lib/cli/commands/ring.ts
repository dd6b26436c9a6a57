// How the key space is divided among the servers, as a table or as a picture.
import { writeFile } from 'node:fs/promises';
import { parseServers, serverName } from '../../servers';
import { type ConnectionOptions, serversOf, withClient } from '../connection';
import type { Context } from '../context';
import { CommandError, exitCodes } from '../exitCodes';
import { formatPercent } from '../figures';
import { type KeySpace, keySpaceOf } from '../keySpace';
import type { Output } from '../output';
import { drawRing, type RingServer } from '../ringPicture';
import { bar } from '../sparkline';
import { formatTable } from '../table';

const barWidth = 30;

export async function ring(
  { output, connection }: Context,
  { svg }: { svg?: string },
): Promise<number> {
  const named = parseServers(serversOf(connection));
  const keySpace = await withClient(connection, (client) => keySpaceOf(client, named.length));
  const servers = named.map((server, index) => ({
    name: serverName(server),
    weight: server.weight,
    share: keySpace.shares[index] ?? 0,
  }));
  if (svg !== undefined) await save(svg, servers, keySpace, connection);
  output.result(document(servers, keySpace, connection), () =>
    svg === undefined ? table(servers, keySpace, output) : [`${svg}: ${subtitle(keySpace)}`],
  );
  return exitCodes.ok;
}

async function save(
  file: string,
  servers: readonly RingServer[],
  keySpace: KeySpace,
  connection: ConnectionOptions,
): Promise<void> {
  const picture = {
    title: title(connection),
    subtitle: subtitle(keySpace),
    servers,
    arcs: keySpace.arcs,
  };
  try {
    await writeFile(file, drawRing(picture));
  } catch (error) {
    throw new CommandError(`cannot write the picture: ${(error as Error).message}`);
  }
}

/** Such as `dalli, hash md5`. */
function title({ preset, hash, distribution, ketama }: ConnectionOptions): string {
  const rules = [
    preset,
    hash && `hash ${hash}`,
    distribution && `distribution ${distribution}`,
    ketama && `ketama ${ketama}`,
  ].filter((rule) => rule !== undefined && rule !== '');
  return `Key space: ${rules.length > 0 ? rules.join(', ') : 'libketama, the default'}`;
}

function subtitle({ points, sampledKeys }: KeySpace): string {
  return sampledKeys > 0
    ? `shares measured on ${sampledKeys.toLocaleString('en')} keys`
    : `${points.toLocaleString('en')} points on the circle`;
}

function document(
  servers: readonly RingServer[],
  { points, sampledKeys }: KeySpace,
  { preset }: ConnectionOptions,
) {
  return {
    preset,
    points,
    sampledKeys,
    servers: servers.map(({ name, weight, share }) => ({ server: name, weight, share })),
  };
}

function table(servers: readonly RingServer[], keySpace: KeySpace, { paint }: Output): string[] {
  const most = Math.max(...servers.map(({ share }) => share));
  const rows = servers.map(({ name, weight, share }) => [
    name,
    String(weight),
    formatPercent(share),
    paint('cyan', bar(share / most, barWidth)),
  ]);
  const columns = [
    { heading: 'SERVER' },
    { heading: 'WEIGHT', align: 'right' as const },
    { heading: 'SHARE', align: 'right' as const },
    { heading: '' },
  ];
  return [...formatTable(columns, rows), '', paint('dim', subtitle(keySpace))];
}
