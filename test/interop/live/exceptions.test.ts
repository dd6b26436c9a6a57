import { expect, it } from 'vitest';
import { clients } from './clients';
import { jointExceptions, keyExceptions, valueExceptions } from './exceptions';
import { subjects } from './together';
import { values } from './values';

/** The names by which an exception may mean a client. */
const clientNames = clients.flatMap(({ name, placements, values }) => [
  name,
  ...[...(typeof placements === 'string' ? [] : placements), ...values].map(
    (setup) => `${name}, ${setup.name}`,
  ),
]);

it('exceptions name clients, values and subjects that exist', () => {
  const all = [...keyExceptions, ...valueExceptions, ...jointExceptions];
  expect(clientNames).toEqual(expect.arrayContaining(all.flatMap((one) => one.clients)));
  const names = valueExceptions.flatMap((one) => one.values);
  expect(Object.keys(values)).toEqual(expect.arrayContaining(names));
  const ofItems = jointExceptions.map(({ subject }) => subject);
  expect(Object.keys(subjects)).toEqual(expect.arrayContaining(ofItems));
});
