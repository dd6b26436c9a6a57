// The links inside a site of static files.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** `page: link` for each link of a page in `directory` to a file or an anchor that is not there. */
export function brokenLinks(directory) {
  const pages = readdirSync(directory, { recursive: true }).filter((file) =>
    file.endsWith('.html'),
  );
  const anchors = new Map(
    pages.map((page) => [page, matches(read(directory, page), /\s(?:id|name)="([^"]*)"/g)]),
  );
  return pages.flatMap((page) =>
    matches(read(directory, page), /<(?:a|link|script|img|source)\b[^>]*?\s(?:href|src)="([^"]*)"/g)
      .filter((link) => !/^(?:[a-z]+:|\/\/)/i.test(link) && !leads(directory, anchors, page, link))
      .map((link) => `${page}: ${link}`),
  );
}

function leads(directory, anchors, page, link) {
  const [path, anchor = ''] = decodeURI(link).split('#');
  const target = path === '' ? page : relative(directory, resolve(directory, dirname(page), path));
  const file = join(directory, target);
  if (!existsSync(file) || !statSync(file).isFile()) return false;
  return anchor === '' || (anchors.get(target)?.includes(anchor) ?? true);
}

function matches(text, pattern) {
  return [...text.matchAll(pattern)].map(([, match]) => match.replaceAll('&amp;', '&'));
}

function read(directory, page) {
  return readFileSync(join(directory, page), 'utf8');
}
