// The commands, their arguments and options. What they do stands in commands/.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { MemcachedError } from '../errors';
import { presets } from '../presets';
import { distributionNames, hashNames } from '../ring';
import { readCounter, readDecimalBetween, readWhole, readWholeBetween } from './arguments';
import { bench } from './commands/bench';
import { build } from './commands/build';
import { remove } from './commands/delete';
import { get } from './commands/get';
import { incr } from './commands/incr';
import { locate } from './commands/locate';
import { ping } from './commands/ping';
import { ring } from './commands/ring';
import { set } from './commands/set';
import { stats } from './commands/stats';
import { touch } from './commands/touch';
import type { Context } from './context';
import { CommandError, exitCodeOf, exitCodes, UsageError } from './exitCodes';
import { Interruption } from './interruption';
import { errorDocument, toJson } from './json';
import { Output } from './output';
import { terminalPaint, wantsColour } from './paint';

/** Runs the command that `words` name, and resolves to its exit code. */
export async function runProgram(words: readonly string[]): Promise<number> {
  const interruption = new Interruption();
  let code: number = exitCodes.ok;
  const program = createProgram(words);
  addCommands(program, (action) => async (...given) => {
    // The last one is the command itself.
    code = await action(contextOf(program, interruption), ...(given.slice(0, -1) as never));
  });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    code = report(error as Error, new Output(wantsJson(words)));
  }
  return interruption.exitCode ?? code;
}

/** Makes an action of commander's from one of ours, which takes the arguments and then the options. */
type Run = <Given extends readonly unknown[]>(
  action: (context: Context, ...given: Given) => Promise<number>,
) => (...given: unknown[]) => Promise<void>;

/** Known before the words are read, which may end in the middle of them. */
function wantsJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  return words.slice(0, end === -1 ? undefined : end).includes('--json');
}

function createProgram(words: readonly string[]): Command {
  const version = packageVersion();
  const program = new Command('libmemcached')
    .description('Reads, writes and watches memcached servers, and shows where keys live.')
    .version(wantsJson(words) ? toJson({ version }) : version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .configureHelp({
      showGlobalOptions: true,
      styleTitle: (title) => terminalPaint('bold', title),
    })
    .configureOutput({
      getOutHasColors: () => wantsColour(process.stdout.isTTY, process.env),
      getErrHasColors: () => wantsColour(process.stderr.isTTY, process.env),
    })
    .showHelpAfterError('(--help behind the command says how to use it)')
    .exitOverride()
    .option('--json', 'print one JSON document')
    .optionsGroup('Servers and ring:')
    .option('--servers <list>', 'separated by commas (default: $MEMCACHED_SERVERS, else 127.0.0.1)')
    .addOption(
      new Option('--preset <name>', 'ring and value format of another client').choices(
        Object.keys(presets),
      ),
    )
    .option('--prefix <text>', 'put before every key')
    .addOption(new Option('--hash <name>', 'of the ring').choices(hashNames))
    .addOption(
      // A virtual bucket map has no place on a command line.
      new Option('--distribution <name>', 'of keys among the servers').choices(
        distributionNames.filter((name) => name !== 'virtual-bucket'),
      ),
    )
    .addOption(
      new Option('--ketama <mode>', "libmemcached's KETAMA").choices(['weighted', 'true', 'false']),
    )
    .option('--timeout <ms>', 'of an operation (default: 1000)', readWhole)
    .option('--username <name>', 'SASL, over the binary protocol')
    .option('--password <text>', 'others see it in ps: better $MEMCACHED_PASSWORD');
  return program.addHelpText('after', programNotes);
}

const programNotes = `
Exit codes:
  0    done
  1    a miss, an item that was not stored, a server that does not answer a ping
  2    wrong usage
  3    the servers or the network failed, or a file or the build did
  130  Ctrl-C

Environment:
  MEMCACHED_SERVERS   the servers, where --servers is not given
  MEMCACHED_PASSWORD  the password for --username
  NO_COLOR            no colours`;

const keyRule = '1 to 250 bytes, without blanks and control characters';

function addCommands(program: Command, run: Run): void {
  program
    .commandsGroup('Items:')
    .command('get')
    .description('print the value of a key, or of several behind their keys')
    .argument('<keys...>', keyRule)
    .option('--raw', 'the stored bytes, not decoded; with --json the flags too')
    .action(run(get));
  program
    .command('set')
    .description('store a value')
    .argument('<key>', keyRule)
    .argument('<value>', '- for what stdin holds')
    .option('--ttl <seconds>', 'until it expires (default: never)', readWhole)
    .option('--json-value', 'VALUE is JSON: a number, an object ...')
    .action(run(set));
  program
    .command('delete')
    .description('remove items')
    .argument('<keys...>', keyRule)
    .action(run(remove));
  program
    .command('incr')
    .description('add to a counter, and print its new value')
    .argument('<key>', keyRule)
    .argument('[delta]', 'how much (default: 1)', readCounter)
    .option('--initial <n>', 'create it with this value on a miss', readCounter)
    .action(run(incr));
  program
    .command('touch')
    .description('give an item a new TTL')
    .argument('<key>', keyRule)
    .argument('<ttl>', 'seconds; 0: never expires', readWhole)
    .action(run(touch));
  program
    .commandsGroup('Servers:')
    .command('ping')
    .description('the round trip to each server')
    .action(run(ping));
  program
    .command('stats')
    .description('what each server counts')
    .argument(
      '[section]',
      'general (the default), items, slabs, sizes, settings, conns, or reset, which sets the counters to 0',
    )
    .option(
      '--watch',
      'a live table of hit rate, operations, memory, items, evictions, connections',
    )
    .option('--interval <seconds>', 'between two looks', readDecimalBetween(0.1, 3600), 1)
    .option('--count <n>', 'end after so many (default: at Ctrl-C)', readWholeBetween(1, 1e9))
    .action(run(stats));
  program
    .command('bench')
    .description(
      'a quick test: set, get, getMulti and incr of 1000 keys of its own, deleted at the end',
    )
    .option('--seconds <n>', 'of each operation', readDecimalBetween(0.1, 60), 1)
    .option('--callers <n>', 'under way at a time', readWholeBetween(1, 1000), 50)
    .option('--size <bytes>', 'of a value', readWholeBetween(1, 1_000_000), 100)
    .action(run(bench));
  program
    .commandsGroup('Ring:')
    .command('locate')
    .description('the server of a key: of each preset, or of the one ring that the options name')
    .argument('<keys...>', keyRule)
    .action(run(locate));
  program
    .command('ring')
    .description("each server's share of the key space")
    .option('--svg <file>', 'draw it into this file')
    .action(run(ring));
  program
    .commandsGroup('Other:')
    .command('build')
    .description('compile the addon from source, where no prebuilt one fits')
    .configureHelp({ showGlobalOptions: false })
    .action(run(build));
  program.helpCommand('help [command]', 'print the help of a command');
}

function contextOf(program: Command, interruption: Interruption): Context {
  const { json = false, ...connection } = program.opts();
  return { output: new Output(json), connection, interruption };
}

/** Says what went wrong, and gives the exit code for it. */
function report(error: Error, output: Output): number {
  if (error instanceof CommanderError) {
    // It has printed its message; help and version are no errors.
    if (error.exitCode === 0) return exitCodes.ok;
    if (output.json) output.document({ error: errorDocument(usageErrorOf(error)) });
    return exitCodes.usage;
  }
  if (output.json) output.document({ error: errorDocument(error) });
  else output.note(messageOf(error));
  return exitCodeOf(error);
}

function usageErrorOf({ code, message }: CommanderError): UsageError {
  // It has shown the help instead of a message.
  if (code === 'commander.help') return new UsageError('COMMAND must be one that --help names');
  return new UsageError(message.replace(/^error: /, ''));
}

function messageOf(error: Error): string {
  if (error instanceof MemcachedError) return `${error.code}: ${error.message}`;
  const isExpected = error instanceof UsageError || error instanceof CommandError;
  return isExpected ? error.message : (error.stack ?? error.message);
}

function packageVersion(): string {
  const file = join(__dirname, '..', '..', 'package.json');
  return JSON.parse(readFileSync(file, 'utf8')).version;
}
