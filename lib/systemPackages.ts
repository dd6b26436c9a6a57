// The packages that the addon needs from the system, by the system.

export interface SystemPackages {
  /** As its users call it. */
  readonly system: string;
  /** The command that installs packages. */
  readonly install: string;
  /**
   * What a prebuilt addon loads, by packages that bring the rest. On Debian the first will do for all
   * but `engine: 'libmemcached'`.
   */
  readonly run: string;
  /** What `npx libmemcached build` compiles with, the libraries included. */
  readonly build: string;
}

export const systemPackages = Object.freeze({
  debian: {
    system: 'Debian, Ubuntu',
    install: 'apt-get install',
    run: 'libmemcached11 libmemcachedutil2',
    build: 'libmemcached-dev libuv1-dev g++ make python3',
  },
  fedora: {
    system: 'Fedora',
    install: 'dnf install',
    run: 'libmemcached-awesome',
    build: 'libmemcached-awesome-devel cyrus-sasl-devel libuv-devel gcc-c++ make python3',
  },
  alpine: {
    system: 'Alpine',
    install: 'apk add',
    run: 'libmemcached-libs',
    build: 'libmemcached-dev cyrus-sasl-dev libuv-dev g++ make python3',
  },
  macos: {
    system: 'macOS',
    install: 'brew install',
    run: 'libmemcached',
    build: 'libmemcached libuv pkg-config',
  },
} satisfies Record<string, SystemPackages>);

/** One line a system, such as `Debian, Ubuntu:  apt-get install libmemcached11 ...`. */
export function installationLines(purpose: 'run' | 'build'): string[] {
  const systems: readonly SystemPackages[] = Object.values(systemPackages);
  const width = Math.max(...systems.map(({ system }) => system.length));
  return systems.map(
    ({ system, install, [purpose]: packages }) =>
      `${`${system}:`.padEnd(width + 2)}${install} ${packages}`,
  );
}
