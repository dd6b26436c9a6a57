// Writes, beside each CommonJS entry of the package, the ES module that package.json names: it
// re-exports the same objects, so that every class exists once however the package is loaded.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { root } from './run.mjs';

const require = createRequire(import.meta.url);
const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

for (const entry of Object.values(entries)) {
  if (typeof entry === 'object') writeWrapper(entry);
}

function writeWrapper({ import: esModule, require: commonJs }) {
  const file = `./${basename(commonJs.default)}`;
  const names = Object.keys(require(join(root, commonJs.default))).sort();
  write(
    esModule.default,
    `import commonJs from '${file}';\n\nexport const {\n  ${names.join(',\n  ')},\n} = commonJs;\n`,
  );
  write(esModule.types, `export * from '${file}';\n`);
}

function write(path, text) {
  writeFileSync(join(root, path), text);
}
