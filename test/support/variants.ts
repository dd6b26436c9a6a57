import type { ClientOptions } from 'libmemcached';

/** Every engine with every protocol it speaks: the contract suite runs on each. */
export const variants: readonly { name: string; options: ClientOptions }[] = [
  { name: 'pipelined, text', options: { engine: 'pipelined', protocol: 'text' } },
  { name: 'libmemcached, text', options: { engine: 'libmemcached', protocol: 'text' } },
  { name: 'libmemcached, binary', options: { engine: 'libmemcached', protocol: 'binary' } },
];
