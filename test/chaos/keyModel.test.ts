import { describe, expect, test } from 'vitest';
import { type Answer, append, cas, count, type Effect, get, remove, set } from './effects';
import { KeyModel, type Outcome, type Step } from './keyModel';

const maybeApplied: Outcome = { maybeApplied: true };
const notApplied: Outcome = { maybeApplied: false };

function read(): Step {
  return { name: 'get', effect: get, late: [] };
}

function write(effect: Effect): Step {
  return { name: 'write', effect, late: [effect] };
}

/** One step and what became of it. */
function play(model: KeyModel, step: Step, outcome: Outcome | Answer): string | undefined {
  model.begin();
  return model.settle([step], [typeof outcome === 'object' ? outcome : { answer: outcome }]);
}

/** Which of the answers a get may give, each asked of a model with the same past. */
function allowed(past: () => KeyModel, answers: Answer[]): Answer[] {
  return answers.filter((answer) => play(past(), read(), answer) === undefined);
}

function after(...events: [Step, Outcome | Answer][]): () => KeyModel {
  return () => {
    const model = new KeyModel();
    for (const [step, outcome] of events) expect(play(model, step, outcome)).toBeUndefined();
    return model;
  };
}

describe('the model of a key', () => {
  test('begins with nothing', () => {
    expect(allowed(() => new KeyModel(), [undefined, 'a'])).toEqual([undefined]);
  });

  test('holds what was stored and nothing else', () => {
    const past = after([write(set('a')), true], [write(set('b')), true]);
    expect(allowed(past, ['a', 'b', undefined])).toEqual(['b']);
  });

  test('lets a write that may have been applied be there, or not', () => {
    const past = after([write(set('a')), true], [write(set('b')), maybeApplied]);
    expect(allowed(past, ['a', 'b', undefined])).toEqual(['a', 'b']);
  });

  test('does not let a write that was not applied be there', () => {
    const past = after([write(set('a')), true], [write(set('b')), notApplied]);
    expect(allowed(past, ['a', 'b', undefined])).toEqual(['a']);
  });

  test('lets a write come late, over a newer one', () => {
    const past = after([write(set('late')), maybeApplied], [write(set('new')), true]);
    expect(allowed(past, ['late', 'new', undefined])).toEqual(['late', 'new']);
  });

  test('lets a late write come once: what has been seen and replaced does not return', () => {
    const past = after(
      [write(set('late')), maybeApplied],
      [read(), 'late'],
      [write(set('new')), true],
    );
    expect(allowed(past, ['late', 'new', undefined])).toEqual(['new']);
  });

  test('lets what was not seen yet come later', () => {
    const past = after([write(set('a')), true], [write(set('b')), maybeApplied], [read(), 'a']);
    expect(allowed(past, ['a', 'b', undefined])).toEqual(['a', 'b']);
  });

  test('lets several late writes come in any order', () => {
    const past = after(
      [write(set('-')), true],
      [write(append('a')), maybeApplied],
      [write(append('b')), maybeApplied],
    );
    const some = ['-', '-a', '-b', '-ab', '-ba', '-aa', '-abab', undefined];
    expect(allowed(past, some)).toEqual(['-', '-a', '-b', '-ab', '-ba']);
  });

  test('counts what was counted once, and what may have been at most once', () => {
    const past = after(
      [write(set('5')), true],
      [write(count(1)), 6],
      [write(count(10)), maybeApplied],
    );
    expect(allowed(past, ['5', '6', '16', '26', '7'])).toEqual(['6', '16']);
  });

  test('learns from an answer which of the histories it was', () => {
    const past = after(
      [write(set('5')), true],
      [write(count(10)), maybeApplied],
      [write(count(1)), 16],
    );
    expect(allowed(past, ['5', '6', '15', '16', '26'])).toEqual(['16']);
  });

  test('lets a late delete take away', () => {
    const past = after([write(set('a')), true], [write(remove), maybeApplied]);
    expect(allowed(past, ['a', undefined])).toEqual(['a', undefined]);
  });

  test('knows what a cas has to answer', () => {
    const past = after([write(set('a')), true], [write(set('b')), true]);
    expect(play(past(), write(cas('a', 'c')), 'exists')).toBeUndefined();
    expect(play(past(), write(cas('a', 'c')), 'stored')).toMatch(/cas|write answered/);
    expect(play(past(), write(cas('b', 'c')), 'stored')).toBeUndefined();
    expect(play(past(), write(cas('b', 'c')), 'notFound')).toBeDefined();
  });

  test('follows steps that did not wait for each other in their order', () => {
    const steps = [write(set('a')), write(append('b')), read()];
    const model = new KeyModel();
    model.begin();
    expect(model.settle(steps, [{ answer: true }, { answer: true }, { answer: 'ab' }])).toBe(
      undefined,
    );
    model.begin();
    const violation = model.settle(steps, [{ answer: true }, { answer: true }, { answer: 'a' }]);
    expect(violation).toBe('get answered "a", and the key may hold "ab"');
  });

  test('lets a read that was asked again see a write behind it', () => {
    const model = new KeyModel();
    model.begin();
    expect(model.settle([read(), write(set('a'))], [{ answer: 'a' }, maybeApplied])).toBe(
      undefined,
    );
  });

  test('holds nothing once its server is dead, and nothing comes late any more', () => {
    const past = after([write(set('a')), true], [write(set('late')), maybeApplied]);
    const lost = () => {
      const model = past();
      model.lose();
      return model;
    };
    expect(allowed(lost, ['a', 'late', undefined])).toEqual([undefined]);
  });

  test('may hold what was stored while its server died, or not', () => {
    const past = () => {
      const model = after([write(set('a')), true])();
      model.begin();
      model.lose();
      expect(model.settle([write(set('b'))], [{ answer: true }])).toBeUndefined();
      return model;
    };
    expect(allowed(past, ['a', 'b', undefined])).toEqual(['b', undefined]);
  });

  test('accepts from the server itself only what it may hold, and then knows', () => {
    const past = after([write(set('a')), true], [write(set('b')), maybeApplied]);
    expect(past().verify('c')).toMatch(/the server holds "c", and the key may hold "a" or "b"/);
    expect(past().verify(undefined)).toBeDefined();
    const verified = () => {
      const model = past();
      expect(model.verify('a')).toBeUndefined();
      return model;
    };
    expect(allowed(verified, ['a', 'b', undefined])).toEqual(['a']);
  });
});
