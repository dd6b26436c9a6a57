// How long something takes in a program of its own, on a machine that may be busy.
import type { Ending } from '../lifecycle/program';
import { stalls } from '../support/stalls';

/** Lines of a program: `tellElapsed(start)`, once, prints what has passed since `start`, a `now()`. */
export const watch = `
const now = () => Number(process.hrtime.bigint()) / 1e6; // all processes read it alike
const tellElapsed = (start) => console.log('elapsed', start, now());
`;

/** The milliseconds that a program told, what the machine was late itself not counted, and the rest of its ending. */
export function timed({ stdout, ...ending }: Ending): { elapsed: number; ending: Ending } {
  const line = /^elapsed (\S+) (\S+)\n/m;
  const [, start, end] = line.exec(stdout) ?? [];
  return {
    elapsed: stalls.late(Number(start), Number(end)),
    ending: { ...ending, stdout: stdout.replace(line, '') },
  };
}
