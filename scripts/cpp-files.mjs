import { readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { root } from './run.mjs';

/** The files of these directories, and of all below, with these extensions: relative to the root, in order. */
export function cppFiles(directories, extensions = ['.cc', '.h']) {
  return directories.flatMap((directory) => filesIn(directory, extensions)).sort();
}

function filesIn(directory, extensions) {
  return readdirSync(join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesIn(path, extensions);
    return extensions.includes(extname(entry.name)) ? [path] : [];
  });
}
