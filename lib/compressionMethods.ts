// The ways of marking and framing compressed data: this package's own, and those of other clients.
import { constants as bufferLimits } from 'node:buffer';
import * as zlib from 'node:zlib';
import { zlibBit } from './serializers/flags';
import { undecodable } from './serializers/serializer';

/** How data that these bits mark are decompressed. */
export interface DecompressionMethod {
  readonly flags: number;
  /** Fails rather than give more than `limit` bytes: a few bytes can inflate to gigabytes. */
  decompress(data: Buffer, limit: number): Uint8Array;
}

/** The same in both directions. */
export interface CompressionMethod extends DecompressionMethod {
  readonly name: string;
  compress(data: Buffer): Uint8Array;
}

export type LeveledMethod = (level: number) => CompressionMethod;

const defaultLevel = zlib.constants.Z_DEFAULT_COMPRESSION;

/** zlib as this package marks it. */
export function ownZlib(level = defaultLevel): CompressionMethod {
  return markedZlib(zlibBit, level);
}

/** A bare zlib stream (RFC 1950). */
export function markedZlib(flags: number, level = defaultLevel): CompressionMethod {
  return {
    name: 'zlib',
    flags,
    compress: (data) => zlib.deflateSync(data, { level }),
    decompress: decompressAny,
  };
}

/** A gzip stream (RFC 1952). */
export function markedGzip(flags: number, level = defaultLevel): CompressionMethod {
  return {
    name: 'gzip',
    flags,
    compress: (data) => zlib.gzipSync(data, { level }),
    decompress: decompressAny,
  };
}

const zstdMagic = 0xfd2fb528;

/** zlib passes over what follows a stream: bytes that somebody has appended would be lost without a word. */
function unzipWhole(data: Buffer, maxOutputLength: number): Buffer {
  const options = { maxOutputLength, info: true };
  // The types of Node do not know `info`.
  const unzipped: unknown = zlib.unzipSync(data, options);
  const { buffer, engine } = unzipped as { buffer: Buffer; engine: { bytesWritten: number } };
  const behind = data.length - engine.bytesWritten;
  if (behind === 0) return buffer;
  throw undecodable('be one compressed stream', `${behind} bytes behind it`);
}

/** gzip, zlib or zstd, by their first bytes: a client that has a flag for it may choose. */
export function decompressAny(data: Buffer, limit: number): Buffer {
  const maxOutputLength = Math.min(limit, bufferLimits.MAX_LENGTH);
  if (data.length < 4 || data.readUInt32LE(0) !== zstdMagic) {
    return unzipWhole(data, maxOutputLength);
  }
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: typeof zlib.unzipSync };
  if (zstdDecompressSync !== undefined) return zstdDecompressSync(data, { maxOutputLength });
  throw undecodable('be compressed by what this Node.js has', 'zstd, which 22.15 brought');
}
