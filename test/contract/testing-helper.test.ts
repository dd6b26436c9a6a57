import { existsSync } from 'node:fs';
import { startMemcached } from 'libmemcached/testing';
import { describe, expect, test, vi } from 'vitest';
import { ownServer, runScript, serverStats } from './helpers';

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('startMemcached', () => {
  test('starts a server of its own on a free port of this machine', async () => {
    const server = await ownServer();
    expect(server.host).toBe('127.0.0.1');
    expect(server.server).toBe(`127.0.0.1:${server.port}`);
    expect(server.path).toBeUndefined();
    expect((await serverStats(server)).get('pid')).toBe(String(server.pid));
    expect((await ownServer()).server).not.toBe(server.server);
  });

  test('starts it on a unix socket, which is gone with it', async () => {
    const server = await ownServer({ socket: true });
    expect(server.server).toBe(server.path);
    expect((await serverStats(server)).get('pid')).toBe(String(server.pid));
    await server.stop();
    expect(existsSync(server.path as string)).toBe(false);
  });

  test('takes memory, threads and arguments of memcached', async () => {
    const server = await ownServer({ memory: 32, threads: 2, args: ['-c', '99'] });
    const stats = await serverStats(server);
    expect(stats.get('limit_maxbytes')).toBe(String(32 * 2 ** 20));
    expect(stats.get('threads')).toBe('2');
    expect(stats.get('max_connections')).toBe('99');
  });

  test('stop ends it, also when it is suspended, and may be called again', async () => {
    const server = await ownServer();
    process.kill(server.pid, 'SIGSTOP');
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(isRunning(server.pid)).toBe(false);
  });

  test.each([
    ['ends by itself', ''],
    ['exits', 'process.exit(0);'],
    ['is killed', "process.kill(process.pid, 'SIGKILL');"],
  ])('it does not outlive a process that %s', async (_how, end) => {
    const { stdout } = await runScript(`
      const { writeSync } = require('node:fs');
      require('libmemcached/testing').startMemcached().then((server) => {
        writeSync(1, String(server.pid));
        ${end}
      });`);
    expect(Number(stdout)).toBeGreaterThan(0);
    await vi.waitFor(() => expect(isRunning(Number(stdout))).toBe(false), 10_000);
  });

  test('rejects in words when the server does not start', async () => {
    await expect(startMemcached({ args: ['--no-such-option'] })).rejects.toThrow(/memcached/);
    await expect(startMemcached({ surprise: 1 } as never)).rejects.toThrow(/surprise/);
  });
});
