// How an options object is read: once, own properties only, unknown names refused (B39).
import { invalid, MemcachedError } from './errors';
import { isBuiltIn } from './objects';

export type OwnOptions<Name extends string> = Partial<Record<Name, unknown>>;

/**
 * A snapshot of the own properties of `options`, without those that are undefined. Nothing the
 * caller changes afterwards counts, and nothing a prototype holds is taken for an option.
 */
export function ownOptions<Name extends string>(
  options: unknown,
  known: readonly Name[],
  what: string,
  operation?: string,
): OwnOptions<Name> {
  if (!isOptionsObject(options)) throw invalid(what, 'be an object', options, operation);
  const snapshot: OwnOptions<Name> = Object.create(null);
  for (const name of Reflect.ownKeys(options)) {
    if (!isOneOf(name, known)) throw unknownName(String(name), known, what, operation);
    const value = (options as OwnOptions<Name>)[name];
    // No option takes null, and taking it for "the default" would hide a mistake.
    if (value === null) throw invalid(`${what}: ${name}`, 'be left out or set', null, operation);
    if (value !== undefined) snapshot[name] = value;
  }
  return snapshot;
}

/** Not a Map or a Date, which have no own properties and would pass for no options at all. */
export function isOptionsObject(options: unknown): options is object {
  if (typeof options !== 'object' || options === null) return false;
  return !Array.isArray(options) && !isBuiltIn(options);
}

function isOneOf<Name extends string>(value: unknown, names: readonly Name[]): value is Name {
  return (names as readonly unknown[]).includes(value);
}

/** `value` when it is one of `names`; else an error that lists them. */
export function oneOf<Name extends string>(
  value: unknown,
  names: readonly Name[],
  what: string,
): Name {
  if (isOneOf(value, names)) return value;
  const hint = typeof value === 'string' ? suggestion(value, names) : '';
  throw invalid(what, `be one of ${names.join(', ')}${hint}`, value);
}

/** `value` when it is true or false. */
export function trueOrFalse(value: unknown, what: string): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(what, 'be true or false', value);
}

/**
 * Runs `read` over what the caller gave. A getter or trap of the caller's that throws is a bad
 * argument.
 */
export function guarded<Result>(what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof MemcachedError) throw error;
    const message = `${what} must be readable, got an object that throws when it is read`;
    throw new MemcachedError('INVALID_ARGUMENT', message, { cause: error });
  }
}

function unknownName(
  name: string,
  known: readonly string[],
  what: string,
  operation?: string,
): MemcachedError {
  const rule = known.length > 0 ? `be one of ${known.join(', ')}` : 'be left out';
  return invalid(`${what}: the option name`, `${rule}${suggestion(name, known)}`, name, operation);
}

function suggestion(name: string, known: readonly string[]): string {
  // Longer names than any known one need no comparison, which takes quadratic time.
  if (name.length > 40) return '';
  const most = name.length < 4 ? 1 : 2; // of `tls`, everything of three letters is near
  const near = known.find((candidate) => editDistance(name, candidate) <= most);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

/** Levenshtein distance without regard to case, one row of the table at a time. */
function editDistance(left: string, right: string): number {
  const from = left.toLowerCase();
  const to = right.toLowerCase();
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
