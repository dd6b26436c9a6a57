import type { PerServer, StatsSection } from '../../index';
import { withClient } from '../connection';
import type { Context } from '../context';
import { exitCodes, UsageError } from '../exitCodes';
import { errorDocument } from '../json';
import type { Output } from '../output';
import { formatTable } from '../table';
import { type WatchOptions, watch } from './watch';

type Stats = Record<string, string | number>;

export interface StatsOptions extends WatchOptions {
  readonly watch?: boolean;
}

export async function stats(
  context: Context,
  section: string | undefined,
  options: StatsOptions,
): Promise<number> {
  if (options.watch !== true) return show(context, section);
  if (section !== undefined) throw new UsageError('SECTION must be left out with --watch');
  return watch(context, options);
}

async function show({ output, connection }: Context, section: string | undefined): Promise<number> {
  // The client checks the name, and says which there are.
  const answers: PerServer<Stats> = await withClient(connection, (client) =>
    client.stats(section as StatsSection | undefined),
  );
  output.result(document(answers), () => blocks(answers, output));
  const hasFailed = [...answers.values()].some((answer) => answer instanceof Error);
  return hasFailed ? exitCodes.failure : exitCodes.ok;
}

function document(answers: PerServer<Stats>) {
  const servers = [...answers].map(([server, answer]) => [
    server,
    answer instanceof Error ? { error: errorDocument(answer) } : answer,
  ]);
  return { servers: Object.fromEntries(servers) };
}

/** A block of lines for each server. */
function blocks(answers: PerServer<Stats>, output: Output): string[] {
  return [...answers].flatMap(([server, answer], index) => [
    ...(index > 0 ? [''] : []),
    output.paint('bold', server),
    ...(answer instanceof Error
      ? [output.paint('red', `  ${answer.code}: ${output.foreign(answer.message)}`)]
      : statLines(answer, output)),
  ]);
}

function statLines(stats: Stats, output: Output): string[] {
  const rows = Object.entries(stats).map(([name, value]) => [
    `  ${output.foreign(name)}`,
    output.foreign(String(value)),
  ]);
  return formatTable([{ heading: '' }, { heading: '' }], rows).slice(1);
}
