// The flags this package writes of its own. Text has flags 0, which every client reads.
//
// Bits 12 to 15 are the only ones that no client of docs/values.md gives a meaning: 0 to 6 are
// types and compression of the Python, PHP, Perl, Ruby and JavaScript clients, 7 is PHP's next kind
// of compression, 8 to 11 are spymemcached's types, and 16 to 31 are PHP's OPT_USER_FLAGS. Above
// all bit 0 stays clear: a Python or Ruby reader would unpickle the bytes.

export const textFlags = 0;

/** The bits that hold one of the types below. */
export const typeBits = 0x7000;
export const bytesFlags = 0x1000;
export const numberFlags = 0x2000;
export const bigintFlags = 0x3000;
export const jsonFlags = 0x4000;
export const dateFlags = 0x5000;
export const structuredCloneFlags = 0x6000;

/** Added to the type when the data are deflated. */
export const zlibBit = 0x8000;
