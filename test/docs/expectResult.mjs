// What `// =>` behind a statement becomes in a code block of the documentation: see CONTRIBUTING.md.
import assert from 'node:assert/strict';
import { inspect } from 'node:util';

globalThis.expectResult = async (run, expected) => {
  assert.equal(await outcomeOf(run), expected);
};

async function outcomeOf(run) {
  try {
    return inspect(await run(), { breakLength: Infinity, depth: null });
  } catch (error) {
    return `rejects ${error.code ?? error}`;
  }
}
