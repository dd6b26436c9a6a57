import * as main from 'libmemcached';
import * as otel from 'libmemcached/otel';
import * as prometheus from 'libmemcached/prometheus';
import * as testing from 'libmemcached/testing';
import { describe, expect, test } from 'vitest';
import { exports as entries } from '../../package.json';
import { runScript } from './helpers';

const names = [
  'Cache',
  'CacheMiss',
  'Client',
  'MemcachedError',
  'MultiResult',
  'errorCodes',
  'presets',
  'serializers',
];
const otelNames = ['instrument'];
const prometheusNames = ['prometheusText'];
const testingNames = ['startMemcached', 'startProxy', 'startScriptedServer'];

describe('the package', () => {
  test('has these entries and no others', () => {
    expect(Object.keys(entries)).toEqual([
      '.',
      './testing',
      './otel',
      './prometheus',
      './package.json',
    ]);
  });

  test('exports these names and no others', () => {
    expect(Object.keys(main).filter(isName).sort()).toEqual(names);
    expect(Object.keys(otel).filter(isName).sort()).toEqual(otelNames);
    expect(Object.keys(prometheus).filter(isName).sort()).toEqual(prometheusNames);
    expect(Object.keys(testing).filter(isName).sort()).toEqual(testingNames);
  });

  test('gives the same to require and to import', async () => {
    const { stdout, stderr } = await runScript(`
      const assert = require('node:assert');
      (async () => {
        for (const path of ['', '/otel', '/prometheus', '/testing']) {
          const name = 'libmemcached' + path;
          const required = require(name);
          const imported = await import(name);
          for (const [key, value] of Object.entries(required)) assert.strictEqual(imported[key], value);
          const { default: _, 'module.exports': __, ...named } = imported;
          console.log(Object.keys(named).sort().join());
        }
      })();`);
    expect(stderr).toBe('');
    const all = [names, otelNames, prometheusNames, testingNames];
    expect(stdout).toBe(all.map((ofEntry) => `${ofEntry.join()}\n`).join(''));
  });

  test('lists the methods of a client', () => {
    const client = main.Client.prototype as unknown as Record<string, unknown>;
    const promised = [
      'get gets getRaw getMulti getsMulti getMultiStream set add replace append prepend cas update',
      'setRaw setMulti addMulti replaceMulti deleteMulti touchMulti incr decr incrMulti touch delete',
      'has getAndTouch getOrSet flush version ping stats locate hash withPrefix setServers metrics close',
      'hotKeys',
    ].flatMap((line) => line.split(' '));
    for (const name of promised) expect(client[name], name).toBeTypeOf('function');
    expect(main.Client.prototype[Symbol.asyncDispose]).toBeTypeOf('function');
    expect(main.Client.fromConfig).toBeTypeOf('function');
  });

  test('lists the built-in serializers and the presets', () => {
    expect(Object.keys(main.serializers).sort()).toEqual(['json', 'raw', 'string', 'v8']);
    expect(Object.keys(main.presets)).toEqual(
      expect.arrayContaining(['libmemcached', 'libketama', 'pylibmc']),
    );
  });
});

/** What Node adds to a CommonJS module that is imported is not of the package. */
function isName(name: string): boolean {
  return name !== 'default' && name !== '__esModule' && name !== 'module.exports';
}
