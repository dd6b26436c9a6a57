// The first section of the report: what was run, on what, and how it was measured.

import { renderEnvironment } from '../environment';
import { code } from './markdown';
import type { Run } from './report';

export function renderMethod({ environment, rounds }: Run): string {
  const { count, duration, warmUp } = rounds;
  return `All but the text right under the first table was written by
${code(invocation(count, duration))}. The command beside a
figure measures that figure alone. Absolute numbers are those of one machine, and on a machine in
use only ratios mean anything:

\`\`\`
${renderEnvironment(environment)}
\`\`\`

- Every client has a process of its own, and a scenario a private memcached. The clients take turns on
  it, one at a time, and nobody is always first.
- A caller is a closed loop: it awaits its operation, then issues the next. Values have 100 bytes
  unless a size is given, keys are spread over at least 10,000.
- A figure is the median of its rounds: ${count} of ${duration} ms, each after ${warmUp} ms of warm-up.
- Every value read is compared with what was written. A client that gives a wrong answer, fails or
  falls silent has no figure in that scenario.
- *loop*: time the event loop was busy, an operation (\`performance.eventLoopUtilization\`), with the
  work of the bench itself in it. *rss*: resident memory of the client's process.
- *best peer*: the npm client that is best at this very figure, of memjs, memcached, memcache-client and
  memcache. Ratios are to it. *baseline*: \`bench/baseline.ts\`, the least a careful client in plain
  JavaScript can do: one connection, one write a turn, string values, no features.
- \`cas\` is a gets and the cas with its token. \`mix\` is nine gets to one set.
- +0.5 ms: a proxy holds every reply back for that long.`;
}

/** With the options that change what the figures are worth. */
function invocation(count: number, duration: number): string {
  return `npm run bench -- --report --rounds ${count} --duration ${duration}`;
}
