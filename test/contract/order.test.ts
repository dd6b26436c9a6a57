import { describe, expect, test } from 'vitest';
import { variants } from '../support/variants';
import { freshKey, freshKeys, oneServer, randomIntegers } from './helpers';

/** What one key must answer when operations take effect in the order of the calls. */
class Model {
  private value: string | undefined;

  set(value: string): true {
    this.value = value;
    return true;
  }
  add(value: string): boolean {
    return this.value === undefined && this.set(value);
  }
  replace(value: string): boolean {
    return this.value !== undefined && this.set(value);
  }
  append(data: string): boolean {
    return this.value !== undefined && this.set(this.value + data);
  }
  prepend(data: string): boolean {
    return this.value !== undefined && this.set(data + this.value);
  }
  delete(): boolean {
    const present = this.value !== undefined;
    this.value = undefined;
    return present;
  }
  get(): string | undefined {
    return this.value;
  }
  has(): boolean {
    return this.value !== undefined;
  }
}

describe.each(variants)('the order of operations nobody waits for, $name', ({ options }) => {
  const cache = oneServer(options);
  const random = randomIntegers(20240607);
  const methods = ['set', 'add', 'replace', 'append', 'prepend', 'delete', 'get', 'has'] as const;

  function call(key: string, model: Model, n: number): [Promise<unknown>, unknown] {
    const text = `${n}.`;
    const method = methods[random(methods.length)] as (typeof methods)[number];
    switch (method) {
      case 'delete':
      case 'get':
      case 'has':
        return [cache.client[method](key), model[method]()];
      default:
        return [cache.client[method](key, text), model[method](text)];
    }
  }

  async function expectAll(calls: [Promise<unknown>, unknown][]): Promise<void> {
    const answers = await Promise.all(calls.map(([answer]) => answer));
    expect(answers).toEqual(calls.map(([, expected]) => expected));
  }

  test('200 mixed operations on one key in one turn answer as if each had been awaited', async () => {
    for (let round = 0; round < 5; round += 1) {
      const key = freshKey();
      const model = new Model();
      await expectAll(Array.from({ length: 200 }, (_, n) => call(key, model, n)));
    }
  });

  test('2,000 operations on 20 keys, spread over many turns, do so too', async () => {
    const keys = freshKeys(20).map((key) => ({ key, model: new Model() }));
    const calls: [Promise<unknown>, unknown][] = [];
    for (let n = 0; n < 2000; n += 1) {
      const { key, model } = keys[random(keys.length)] as (typeof keys)[number];
      calls.push(call(key, model, n));
      if (n % 37 === 0) await new Promise(setImmediate);
    }
    await expectAll(calls);
  });

  test('a large write does not let a small read overtake it', async () => {
    const key = freshKey();
    const large = 'x'.repeat(900_000);
    await cache.client.set(key, 'small');
    const [, first, , second] = await Promise.all([
      cache.client.set(key, large),
      cache.client.get(key),
      cache.client.set(key, 'small again'),
      cache.client.get(key),
    ]);
    expect(first === large).toBe(true);
    expect(second).toBe('small again');
  });

  test('multi operations keep their place among the single ones', async () => {
    const key = freshKey();
    const [, one, , many, , gone, , raw] = await Promise.all([
      cache.client.setMulti({ [key]: 'first' }),
      cache.client.get(key),
      cache.client.set(key, 'second'),
      cache.client.getMulti([key]),
      cache.client.deleteMulti([key]),
      cache.client.get(key),
      cache.client.setRaw(key, 'third', 5),
      cache.client.getRaw(key),
    ]);
    expect(one).toBe('first');
    expect(many.get(key)).toBe('second');
    expect(gone).toBeUndefined();
    expect(raw).toMatchObject({ data: Buffer.from('third'), flags: 5 });
  });

  test('a view and its client are one client', async () => {
    const key = freshKey();
    const view = cache.client.withPrefix('view:');
    const answers: Promise<unknown>[] = [];
    for (let n = 0; n < 50; n += 1) {
      answers.push(n % 2 ? view.set(key, n) : cache.client.set(`view:${key}`, n));
      answers.push(n % 2 ? cache.client.get(`view:${key}`) : view.get(key));
    }
    const read = (await Promise.all(answers)).filter((_answer, index) => index % 2 === 1);
    expect(read).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  test('counting keeps the order too', async () => {
    const key = freshKey();
    const calls = Array.from({ length: 100 }, (_, n) =>
      n % 10 === 9
        ? cache.client.decr(key, 9, { initial: 0 })
        : cache.client.incr(key, 1, { initial: 1 }),
    );
    const round = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0];
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 10 }, () => round).flat());
  });
});
