// What memcached does to one item: the ground truth of a chaos run.

/** The value of an item, as text; `undefined` when it is not there. */
export type Value = string | undefined;
export type Answer = string | number | boolean | undefined;

/** What a command answers for an item of this value, and the value it leaves. */
export type Effect = (value: Value) => readonly [answer: Answer, next: Value];

export const get: Effect = (value) => [value, value];

export const touch: Effect = (value) => [value !== undefined, value];

export const remove: Effect = (value) => [value !== undefined, undefined];

export function set(stored: string): Effect {
  return () => [true, stored];
}

export function add(stored: string): Effect {
  return (value) => (value === undefined ? [true, stored] : [false, value]);
}

export function replace(stored: string): Effect {
  return (value) => (value === undefined ? [false, value] : [true, stored]);
}

export function append(tail: string): Effect {
  return (value) => (value === undefined ? [false, value] : [true, value + tail]);
}

export function prepend(head: string): Effect {
  return (value) => (value === undefined ? [false, value] : [true, head + value]);
}

/** `read` is the value that came with the token: no value is ever stored twice. */
export function cas(read: string, stored: string): Effect {
  return (value) => {
    if (value === undefined) return ['notFound', value];
    return value === read ? ['stored', stored] : ['exists', value];
  };
}

/** Of a counter; a negative `delta` is a decr, which stops at 0. */
export function count(delta: number, initial?: number): Effect {
  return (value) => {
    if (value === undefined) {
      return [initial, initial === undefined ? undefined : String(initial)];
    }
    const counted = Math.max(0, Number(value) + delta);
    return [counted, String(counted)];
  };
}
