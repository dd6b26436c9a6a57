// `npm run docs`: the pages of docs/ and the doc comments of lib/ as a site, in build/site. What has no
// comment, or a link that leads nowhere, is an error.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Application, Converter, ReflectionKind } from 'typedoc';
import { brokenLinks } from './links.mjs';
import { asProgram, done, root, StepError } from './run.mjs';

const site = join(root, 'build', 'site');

export async function docs() {
  const app = await Application.bootstrapWithPlugins({
    name: 'libmemcached for Node.js',
    entryPoints: entryPoints(),
    tsconfig: join(root, 'tsconfig.lib.json'),
    readme: join(root, 'README.md'),
    projectDocuments: pages(),
    customCss: join(root, 'scripts', 'site.css'),
    excludeInternal: true,
    disableSources: true,
    githubPages: false,
    validation: { notExported: true, invalidLink: true, notDocumented: true, invalidPath: true },
    highlightLanguages: [
      ...['bash', 'console', 'shellscript', 'shellsession', 'javascript', 'typescript', 'json'],
      ...['c', 'cpp', 'diff', 'docker', 'html', 'perl', 'php', 'python', 'ruby', 'yaml'],
    ],
    sort: ['kind', 'alphabetical-ignoring-documents'],
    navigation: { includeFolders: false },
    headings: { readme: false, document: false },
    hideGenerator: true,
  });
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, nameByHeading);
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, nameAsImported);
  const project = await app.convert();
  if (project === undefined) throw new StepError('the doc comments cannot be read');
  app.options.setValue('intentionallyNotDocumented', partsOfTypeLiterals(project));
  app.validate(project);
  await app.generateDocs(project, site);
  if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new StepError('see above');
  const broken = brokenLinks(site);
  if (broken.length > 0) throw new StepError('links that lead nowhere', broken.join('\n'));
  done('build/site/index.html');
}

/** The modules that package.json exports: `./testing` is lib/testing/index.ts. */
function entryPoints() {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return Object.values(exports)
    .map((entry) => entry.require?.types)
    .filter((types) => types !== undefined)
    .map((types) => join(root, types.replace(/^\.\/dist\/(.+)\.d\.ts$/, 'lib/$1.ts')));
}

/** The pages of docs/ in the order of their index, which must name all of them. */
function pages() {
  const index = readFileSync(join(root, 'docs', 'README.md'), 'utf8');
  const linked = [...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, page]) => page);
  const indexed = ['README.md', ...linked];
  const missing = readdirSync(join(root, 'docs')).filter(
    (file) => file.endsWith('.md') && !indexed.includes(file),
  );
  if (missing.length > 0) throw new StepError(`docs/README.md does not name ${missing.join(', ')}`);
  const inDocs = indexed.map((page) => join(root, 'docs', page));
  return [...inDocs, join(root, 'CONTRIBUTING.md'), join(root, 'CHANGELOG.md')];
}

/** A page is called what its heading says, not what its file is called. */
function nameByHeading(_context, page) {
  const text = page.content.map(({ text }) => text).join('');
  page.name = /^# (.+)$/m.exec(text)?.[1] ?? page.name;
}

/** `libmemcached/testing`, and not the name of its file. */
function nameAsImported({ project }) {
  for (const module of project.getChildrenByKind(ReflectionKind.Module)) {
    module.name = module.name === 'index' ? 'libmemcached' : `libmemcached/${module.name}`;
  }
}

/**
 * Properties of a type that has no name are told of in the comment of what has that type. (Those of
 * parameters need no comment anyhow.)
 */
function partsOfTypeLiterals(project) {
  const names = project
    .getReflectionsByKind(ReflectionKind.Property)
    .filter(({ parent }) => parent?.kindOf(ReflectionKind.TypeLiteral))
    .filter((property) => !property.hasComment() && !isOfParameter(property))
    .map((property) => property.getFullName());
  return [...new Set(names)];
}

function isOfParameter({ parent }) {
  if (parent === undefined) return false;
  return parent.kindOf(ReflectionKind.SomeSignature) || isOfParameter(parent);
}

await asProgram(import.meta.url, docs);
