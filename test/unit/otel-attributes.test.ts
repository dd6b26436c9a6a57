import { expect, test } from 'vitest';
import { namedServerAttributes, serverAttributes } from '../../dist/otel/attributes.js';

test('a server is its address, and its port where that is not the usual one', () => {
  expect(serverAttributes('cache.example', 11212)).toEqual({
    'server.address': 'cache.example',
    'server.port': 11212,
  });
  expect(serverAttributes('cache.example', 11211)).toEqual({ 'server.address': 'cache.example' });
  expect(serverAttributes('/run/memcached.sock', undefined)).toEqual({
    'server.address': '/run/memcached.sock',
  });
});

test('an operation on several servers has none', () => {
  expect(serverAttributes(undefined, undefined)).toEqual({});
});

test.each([
  ['10.0.0.1:11211', { 'server.address': '10.0.0.1' }],
  ['cache.example:11300', { 'server.address': 'cache.example', 'server.port': 11300 }],
  ['[::1]:11211', { 'server.address': '::1' }],
  ['[2001:db8::7]:11212', { 'server.address': '2001:db8::7', 'server.port': 11212 }],
  ['/run/a:b.sock', { 'server.address': '/run/a:b.sock' }],
])('the name %s is read as an operation tells its server', (name, attributes) => {
  expect(namedServerAttributes(name)).toEqual(attributes);
});
