// The end of the process.
import { isMainThread } from 'node:worker_threads';
import { binding } from './binding';

/** Milliseconds: an engine's threads need a few. */
const patience = 250;

/**
 * Ends the threads of all engines before the process does. Needed where SASL is used: libsasl2 is torn down by an
 * exit handler, and a thread that is logging in at that moment crashes the process (H18). Node runs no
 * clean-up hooks at process.exit and after an uncaught error, but always this event (N2).
 */
export function closeAtExit(): void {
  if (isMainThread && !process.listeners('exit').includes(closeAll)) {
    process.on('exit', closeAll);
  }
}

function closeAll(): void {
  binding.closeAll(patience);
}
