import { describe, expect, test } from 'vitest';
import { withServers } from '../support/servers';
import { codeBlocksOf, pages } from './codeBlocks';
import { Program, typeErrors } from './programs';

const programs = pages()
  .flatMap(codeBlocksOf)
  .map((block) => new Program(block));

describe('the code in README.md and docs/', () => {
  test('has no type errors', { timeout: 60_000 }, () => {
    expect(typeErrors(programs)).toEqual([]);
  });

  test.each(
    programs
      .filter(({ block }) => block.runnable)
      .map((program) => [program.block.name, program] as const),
  )('%s runs, and gives what it says', async (_name, program) => {
    await withServers(3, (servers) => program.run(servers.map(({ server }) => server)));
  });
});
