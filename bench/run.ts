// `npm run bench`: this client and its peers side by side, in one run, on one private server.

import { writeFileSync } from 'node:fs';
import { OURS } from './clients';
import { type Options, parseCommandLine, USAGE } from './command-line';
import { runContest } from './contest';
import { describeEnvironment, renderEnvironment } from './environment';
import { judge } from './floors';
import { writeReport } from './report/report';
import { type Results, summarise } from './results';
import { renderResults } from './table';
import { runTrials } from './trials';

const LEGEND = `
calls/s: calls answered a second. loop us: time the event loop was busy, a call. CPU us: of all
threads of the client's process, a call. p50, p99: latency of a call. rss: resident memory of the
client's process. All are medians of the rounds; every value read was compared with what was
written. "bench itself" has no client: the least that any row can show.`;

async function run({ plan, trials, clients, rounds, json, report }: Options): Promise<void> {
  const environment = describeEnvironment();
  console.log(renderEnvironment(environment));
  console.log(LEGEND);
  const all: Results[] = [];
  for (const scenario of plan) {
    const results = summarise(await runContest(scenario, clients, rounds));
    all.push(results);
    console.log(renderResults(results, judge(results)));
  }
  const trialResults = await runTrials(trials, clients);
  if (json !== undefined) {
    const content = { environment, rounds, results: all.map(toJson), trials: trialResults };
    writeFileSync(json, `${JSON.stringify(content, null, 2)}\n`);
  }
  if (report) writeReport({ environment, rounds, results: all, trials: trialResults });
  // A floor may be missed on a busy machine; a wrong answer may not be given on any.
  if (all.some(isOurVoid)) process.exitCode = 1;
}

function toJson({ contest, rows }: Results): object {
  const { scenario, proxy } = contest;
  return { ...scenario, proxy, rows };
}

function isOurVoid({ rows }: Results): boolean {
  return rows.some(({ client, outcome }) => client === OURS && outcome.kind === 'void');
}

async function main(): Promise<void> {
  const options = parseCommandLine(process.argv.slice(2));
  if (options === 'help') console.log(USAGE);
  else await run(options);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
