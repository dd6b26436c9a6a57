import { withClient } from '../connection';
import type { Context } from '../context';
import { exitCodes } from '../exitCodes';
import { formatMilliseconds } from '../figures';
import { errorDocument } from '../json';
import type { Output } from '../output';
import { formatTable } from '../table';

type Answers = ReadonlyMap<string, number | Error>;

export async function ping({ output, connection }: Context): Promise<number> {
  const answers: Answers = await withClient(connection, async (client) => {
    await client.ping(); // opens the connections
    return client.ping();
  });
  output.result(document(answers), () => table(answers, output));
  const isDown = [...answers.values()].some((answer) => answer instanceof Error);
  return isDown ? exitCodes.negative : exitCodes.ok;
}

function document(answers: Answers) {
  const servers = [...answers].map(([server, answer]) => [
    server,
    answer instanceof Error ? { error: errorDocument(answer) } : { milliseconds: answer },
  ]);
  return { servers: Object.fromEntries(servers) };
}

function table(answers: Answers, output: Output): string[] {
  const rows = [...answers].map(([server, answer]) =>
    answer instanceof Error
      ? [server, '', output.paint('red', `no answer: ${output.foreign(answer.message)}`)]
      : [server, formatMilliseconds(answer), ''],
  );
  return formatTable(
    [{ heading: 'SERVER' }, { heading: 'MS', align: 'right' }, { heading: '' }],
    rows,
  );
}
