import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MemcachedServer, type StartOptions, startMemcached } from 'libmemcached/testing';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { raw } from '../support/raw';

const started: MemcachedServer[] = [];

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function start(options?: StartOptions): Promise<MemcachedServer> {
  const server = await startMemcached(options);
  started.push(server);
  return server;
}

async function statistic(server: MemcachedServer, name: string, section = ''): Promise<string> {
  const reply = await raw(server, `stats ${section}\r\n`);
  return new RegExp(`^STAT ${name} (.*)\r$`, 'm').exec(reply)?.[1] as string;
}

/** What connecting to the server ends with: `'connect'`, or the code of the error. */
function connecting({ host, port, path }: Partial<MemcachedServer>): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path === undefined ? { host, port: port as number } : { path });
    socket.once('connect', () => resolve('connect'));
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code as string));
    socket.once('connect', () => socket.destroy());
  });
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a server on a port', () => {
  test('answers as soon as it is started, as the process it says it is', async () => {
    const server = await start();
    expect(server).toMatchObject({ host: '127.0.0.1', path: undefined });
    expect(server.server).toBe(`127.0.0.1:${server.port}`);
    expect(await statistic(server, 'pid')).toBe(String(server.pid));
  });

  test('is gone when stop resolves, however often it is called', async () => {
    const server = await start();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(isRunning(server.pid)).toBe(false);
    expect(await connecting(server)).toBe('ECONNREFUSED');
  });

  test('stops while it is suspended', async () => {
    const server = await start();
    await server.suspend();
    await server.stop();
    expect(isRunning(server.pid)).toBe(false);
  });

  test('stops after it ended by itself', async () => {
    const server = await start();
    process.kill(server.pid, 'SIGTERM');
    await server.stop();
    expect(isRunning(server.pid)).toBe(false);
  });

  test('answers nothing while it is suspended, and everything when it goes on', async () => {
    const server = await start();
    await server.suspend();
    let answered = false;
    const reply = raw(server, 'version\r\n').then((text) => {
      answered = true;
      return text;
    });
    expect(await connecting(server)).toBe('connect');
    expect(answered).toBe(false);
    server.resume();
    expect(await reply).toMatch(/^VERSION /);
  });

  test('that has ended can be neither suspended nor resumed', async () => {
    const server = await start();
    await server.kill();
    await expect(server.suspend()).rejects.toThrow('the process has ended: no SIGSTOP was sent');
    expect(() => server.resume()).toThrow('the process has ended: no SIGCONT was sent');
  });

  test('starts ten times at once, each on a port of its own', async () => {
    const servers = await Promise.all(Array.from({ length: 10 }, () => start()));
    expect(new Set(servers.map(({ port }) => port)).size).toBe(10);
    const pids = await Promise.all(servers.map((server) => statistic(server, 'pid')));
    expect(pids).toEqual(servers.map(({ pid }) => String(pid)));
  });

  test('can be started again on the port it had', async () => {
    const first = await start();
    await first.stop();
    const second = await start({ port: first.port });
    expect(second.server).toBe(first.server);
    expect(second.pid).not.toBe(first.pid);
  });

  test('is never mistaken for the server that has the port', async () => {
    const first = await start();
    const second = start({ port: first.port });
    await expect(second).rejects.toThrow('Address already in use');
    expect(await statistic(first, 'pid')).toBe(String(first.pid));
  });
});

describe('a server on a unix socket', () => {
  test('is killed with its connections and its files', async () => {
    const server = await start({ socket: true });
    const client = connect({ path: server.path as string });
    await once(client, 'connect');
    client.on('error', () => {}); // a reset, where memcached had not accepted it yet
    await Promise.all([server.kill(), new Promise((resolve) => client.once('close', resolve))]);
    expect(isRunning(server.pid)).toBe(false);
    expect(existsSync(server.path as string)).toBe(false);
  });

  test('answers on a path of its own, which stop removes', async () => {
    const server = await start({ socket: true });
    expect(server).toMatchObject({ server: server.path, host: undefined, port: undefined });
    expect(await statistic(server, 'pid')).toBe(String(server.pid));
    await server.stop();
    expect(existsSync(server.path as string)).toBe(false);
  });

  /** In a directory of its own. */
  function freshPath(): string {
    const directory = mkdtempSync(join(tmpdir(), 'memcached-test-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    return join(directory, 'here.sock');
  }

  test('answers on the path given, which stop removes', async () => {
    const path = freshPath();
    const server = await start({ socket: path });
    expect(server.server).toBe(path);
    expect(await statistic(server, 'pid')).toBe(String(server.pid));
    await server.stop();
    expect(existsSync(path)).toBe(false);
  });

  test('takes over the path of a server that was killed', async () => {
    const path = freshPath();
    const first = await start({ socket: path });
    process.kill(first.pid, 'SIGKILL'); // leaves its socket behind
    await vi.waitUntil(async () => (await connecting(first)) === 'ECONNREFUSED');
    const second = await start({ socket: path });
    expect(await statistic(second, 'pid')).toBe(String(second.pid));
  });

  test.each([[[]], [['--no-such-option']]])(
    'is never mistaken for the server that has the path, which it leaves alone: %j',
    async (args) => {
      const first = await start({ socket: freshPath() });
      const second = start({ socket: first.server, args });
      await expect(second).rejects.toThrow(/^memcached did not start: .*in use/);
      expect(await statistic(first, 'pid')).toBe(String(first.pid));
    },
  );

  test('that does not start leaves what is at the path', async () => {
    const path = freshPath();
    writeFileSync(path, 'mine');
    const starting = start({ socket: path, args: ['--no-such-option'] });
    await expect(starting).rejects.toThrow('memcached did not start');
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });
});

describe('options', () => {
  test('reach memcached', async () => {
    const server = await start({ memory: 8, threads: 2, args: ['-I', '4m'] });
    expect(await statistic(server, 'maxbytes', 'settings')).toBe(String(8 * 1024 * 1024));
    expect(await statistic(server, 'num_threads', 'settings')).toBe('2');
    expect(await statistic(server, 'item_size_max', 'settings')).toBe(String(4 * 1024 * 1024));
  });

  test.each([
    [{ memory: 0 }, 'memory must be a whole number from 1 to 1048576, got 0'],
    [{ memory: '64' }, 'memory must be a whole number from 1 to 1048576, got "64"'],
    [{ threads: 1.5 }, 'threads must be a whole number from 1 to 128, got 1.5'],
    [{ port: 0 }, 'port must be a whole number from 1 to 65535, got 0'],
    [{ port: 11311, socket: true }, 'port must be left out beside socket, got 11311'],
    [{ socket: '' }, 'socket must be true, false or a path of 1 to 103 bytes, got ""'],
    [{ socket: 'x'.repeat(104) }, 'socket must be true, false or a path of 1 to 103 bytes'],
    [{ args: '-v' }, 'args must be an array of strings without NUL, got "-v"'],
    [{ sockets: true }, 'the option name must be one of memory, threads, port, socket, args'],
  ])('%j are refused', async (options, message) => {
    const starting = start(options as StartOptions);
    await expect(starting).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });

  test('that memcached refuses reject with what it says', async () => {
    const starting = start({ args: ['--no-such-option'] });
    await expect(starting).rejects.toThrow(/memcached did not start: .*--no-such-option/);
  });
});

test('without memcached on the machine the error names the package to install', async () => {
  vi.stubEnv('PATH', '');
  try {
    await expect(start()).rejects.toThrow('memcached is not installed: apt-get install memcached');
  } finally {
    vi.unstubAllEnvs();
  }
});

describe('the process that started a server', () => {
  /** A process that starts a server, says which, and then does as `rest` says. */
  function starter(options: StartOptions, rest: string): ChildProcess {
    const script = `
      const { startMemcached } = require('libmemcached/testing');
      startMemcached(${JSON.stringify(options)}).then((server) => {
        console.log(JSON.stringify(server));
        ${rest}
      });`;
    return spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  const patience = { timeout: 10_000 };

  /** Its port refuses connections, which a suspended server would still accept. */
  async function gone(server: MemcachedServer): Promise<void> {
    await vi.waitUntil(async () => (await connecting(server)) === 'ECONNREFUSED', patience);
  }

  async function serverOf(child: ChildProcess): Promise<MemcachedServer> {
    const [line] = await once(child.stdout as NodeJS.ReadableStream, 'data');
    return JSON.parse(String(line));
  }

  test('may be killed: the server dies with it, even a suspended one', async () => {
    const child = starter({}, 'setInterval(() => {}, 1000);');
    const server = await serverOf(child);
    process.kill(server.pid, 'SIGSTOP');
    child.kill('SIGKILL');
    await gone(server);
  });

  test('may be killed: no socket file is left', async () => {
    const child = starter({ socket: true }, 'setInterval(() => {}, 1000);');
    const { path } = await serverOf(child);
    child.kill('SIGKILL');
    await vi.waitUntil(() => !existsSync(path as string), patience);
  });

  test('ends by itself although the server runs, which dies with it', async () => {
    const child = starter({}, '');
    const server = await serverOf(child);
    await gone(server);
    expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(0);
  });
});
