// npm runs this in every installation of the package: it compiles the addon where no prebuilt one loads.
// The package works without it, wherever a prebuilt addon does.
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));

async function install() {
  const failure = failureToLoad();
  if (!failure) return;
  const { succeeded, output } = await compile();
  const remaining = succeeded ? failureToLoad() : failure;
  if (!remaining) return;
  for (const made of ['build', 'node-addon-api']) {
    rmSync(join(root, made), { recursive: true, force: true });
  }
  console.error(remaining.message);
  if (!succeeded) console.error(`It was tried now, and failed: ${reason(output)}`);
  process.exitCode = 1;
}

function compile() {
  return new Promise((resolve) => {
    const { startCompiler } = require('../dist/compile.js');
    const compiler = startCompiler('pipe');
    let output = '';
    const collect = (text) => {
      output += text;
    };
    for (const stream of [compiler.stdout, compiler.stderr]) stream.on('data', collect);
    compiler.once('error', ({ message }) => resolve({ succeeded: false, output: message }));
    compiler.once('close', (status) => resolve({ succeeded: status === 0, output }));
  });
}

function failureToLoad() {
  try {
    require('../dist/binding.js');
    return undefined;
  } catch (error) {
    return error;
  }
}

/** The first line in which a tool says what it lacks, else the last line. */
function reason(output) {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const telling = /error: |not found|No such file|cannot find|ENO|EAI_AGAIN|ECONN/i;
  const line = lines.find((candidate) => telling.test(candidate)) ?? lines.at(-1) ?? 'no output';
  return line.replace(/^gyp ERR! (stack )?(Error: )?/, '').trim();
}

// A checkout is built by `npm run build`.
const isCheckout = existsSync(join(root, 'lib'));
if (!isCheckout) await install();
