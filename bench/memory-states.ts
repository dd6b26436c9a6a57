/** What the process of a measurement has done before it hears of a client. */
export const FRESH = 'fresh';
/** Run hot code, as any service has. */
export const HOT = 'hot';
