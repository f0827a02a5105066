import type { Call, Sandbox } from '../../src/sandbox/index.js';

/** A turn of a call: it came in; it was handled and nothing answered; its answer went out. */
export type Turn = 'arrived' | 'handled' | 'answered';

/** Whether a call stores records in Halo. */
export function isCreate(call: Call): boolean {
  return call.vendor === 'psa' && call.method === 'POST' && call.records > 0 && /^\/api\/(Client|SoftwareLicence)(\?|$)/.test(call.path);
}

/** Whether a call writes to Halo; an empty array, which asks whether one may, counts too. */
export function isWrite(call: Call): boolean {
  return call.vendor === 'psa' && call.method === 'POST' && call.path.startsWith('/api/');
}

/**
 * Does something at one turn of one call, once. Of the calls from now on that `chosen` picks, it is the nth, from 0. The call goes on
 * once it is done. Settles with the call, after that.
 */
export function atCall(
  sandbox: Sandbox,
  turn: Turn,
  nth: number,
  act: (call: Call) => void | Promise<unknown>,
  chosen: (call: Call) => boolean = () => true,
): Promise<Call> {
  return new Promise((resolve, reject) => {
    let seen = 0;
    const look = (call: Call): Promise<void> | undefined => {
      if (!chosen(call)) return undefined;
      const mine = seen;
      seen += 1;
      if (mine !== nth) return undefined;
      return Promise.resolve(act(call)).then(() => resolve(call), reject);
    };
    sandbox.kernel.watch = turn === 'answered' ? { answered: (call) => void look(call) } : { [turn]: look };
  });
}
