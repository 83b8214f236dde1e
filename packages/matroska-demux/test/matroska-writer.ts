import { crc32 } from 'node:zlib';

/** A small Matroska writer: elements as bytes, whatever they say. */

export type Bytes = Uint8Array;

export function join(...parts: readonly Bytes[]): Bytes {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function bigEndian(value: number | bigint, length: number): Bytes {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes = new Uint8Array(length);
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** An integer of variable size; of the fewest bytes if that is not said. */
export function vint(value: number, length = shortestVint(value)): Bytes {
  return bigEndian((1n << BigInt(7 * length)) | BigInt(value), length);
}

function shortestVint(value: number): number {
  let length = 1;
  while (value >= 2 ** (7 * length) - 1) length++;
  return length;
}

/** A size that is not known: all ones. */
export function unknownSize(length = 8): Bytes {
  return bigEndian((1n << BigInt(7 * length + 1)) - 1n, length);
}

export function idBytes(id: number): Bytes {
  return bigEndian(id, id > 0xffffff ? 4 : id > 0xffff ? 3 : id > 0xff ? 2 : 1);
}

export interface SizeOptions {
  /** Bytes of the size field. */
  readonly sizeLength?: number;
  /** What it says, if it doesn't tell the truth. */
  readonly size?: number | 'unknown';
}

export function element(id: number, payload: Bytes, { sizeLength, size = payload.length }: SizeOptions = {}): Bytes {
  return join(idBytes(id), size === 'unknown' ? unknownSize(sizeLength) : vint(size, sizeLength), payload);
}

export const master = (id: number, children: readonly Bytes[], options?: SizeOptions): Bytes =>
  element(id, join(...children), options);

export function uint(id: number, value: number | bigint, length = 0): Bytes {
  const needed = BigInt(value).toString(16).length;
  return element(id, bigEndian(value, length || Math.ceil(needed / 2)));
}

export const int = (id: number, value: number | bigint, length = 8): Bytes => element(id, bigEndian(value, length));

export function float(id: number, value: number, length: 4 | 8 = 8): Bytes {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  if (length === 8) view.setFloat64(0, value);
  else view.setFloat32(0, value);
  return element(id, bytes);
}

export const text = (id: number, value: string): Bytes => element(id, new TextEncoder().encode(value));

/** Children with a CRC-32 in front. */
export function summed(children: readonly Bytes[], wrong = 0): Bytes[] {
  const sum = new Uint8Array(4);
  new DataView(sum.buffer).setUint32(0, (crc32(join(...children)) ^ wrong) >>> 0, true);
  return [element(0xbf, sum), ...children];
}

export const voided = (length: number): Bytes => element(0xec, new Uint8Array(length).fill(0x1f));

export const ebml = (docType = 'matroska', more: readonly Bytes[] = []): Bytes =>
  master(0x1a45dfa3, [
    uint(0x4286, 1),
    uint(0x42f7, 1),
    text(0x4282, docType),
    uint(0x4287, 4),
    uint(0x4285, 2),
    ...more,
  ]);

export const segment = (children: readonly Bytes[], options?: SizeOptions): Bytes =>
  master(0x18538067, children, options);

export const info = (children: readonly Bytes[] = [], timestampScaleNs = 1_000_000): Bytes =>
  master(0x1549a966, [uint(0x2ad7b1, timestampScaleNs), ...children]);

export interface TrackFields {
  readonly number?: number;
  readonly type?: number;
  readonly codecId?: string;
  readonly more?: readonly Bytes[];
  readonly audio?: readonly Bytes[];
}

export function trackEntry({ number = 1, type = 2, codecId = 'A_OPUS', more = [], audio }: TrackFields = {}): Bytes {
  const sound = audio ?? [float(0xb5, 48_000), uint(0x9f, 1)];
  return master(0xae, [
    uint(0xd7, number),
    uint(0x73c5, number),
    uint(0x83, type),
    text(0x86, codecId),
    ...more,
    ...(type === 2 ? [master(0xe1, sound)] : []),
  ]);
}

export const tracks = (...entries: readonly Bytes[]): Bytes => master(0x1654ae6b, entries);

export const OPUS_HEAD = new Uint8Array([
  ...new TextEncoder().encode('OpusHead'),
  ...[1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0],
]);

/** One mono Opus track with its header and delay. */
export const opusTrack = (number = 1, more: readonly Bytes[] = []): Bytes =>
  trackEntry({
    number,
    more: [element(0x63a2, OPUS_HEAD), uint(0x56aa, 6_500_000), uint(0x56bb, 80_000_000), ...more],
  });

export type LacingKind = 'none' | 'xiph' | 'fixed' | 'ebml';

const LACING_FLAGS = { none: 0, xiph: 0x02, fixed: 0x04, ebml: 0x06 } as const;

export interface BlockSpec {
  readonly track?: number;
  /** Bytes of the track number. */
  readonly trackLength?: number;
  /** Ticks from the Cluster's. */
  readonly time?: number;
  readonly flags?: number;
  readonly lacing?: LacingKind;
  readonly frames: readonly Bytes[];
}

/** What a Block or SimpleBlock holds. */
export function blockPayload({
  track = 1,
  trackLength,
  time = 0,
  flags = 0,
  lacing = 'none',
  frames,
}: BlockSpec): Bytes {
  const head = join(vint(track, trackLength), bigEndian(BigInt.asUintN(16, BigInt(time)), 2));
  return join(head, new Uint8Array([flags | LACING_FLAGS[lacing]]), lacingSizes(lacing, frames), ...frames);
}

function lacingSizes(lacing: LacingKind, frames: readonly Bytes[]): Bytes {
  if (lacing === 'none') return new Uint8Array(0);
  const count = new Uint8Array([frames.length - 1]);
  const sizes = frames.slice(0, -1).map(({ length }) => length);
  if (lacing === 'fixed') return count;
  if (lacing === 'xiph') {
    return join(count, ...sizes.map((n) => new Uint8Array([...Array(Math.floor(n / 255)).fill(255), n % 255])));
  }
  return join(count, ...sizes.map((n, i) => (i === 0 ? vint(n) : signedVint(n - sizes[i - 1]!))));
}

/** A difference of sizes in EBML lacing. */
export function signedVint(value: number): Bytes {
  let length = 1;
  while (Math.abs(value) > 2 ** (7 * length - 1) - 2) length++;
  return vint(value + 2 ** (7 * length - 1) - 1, length);
}

export const simpleBlock = (spec: BlockSpec, options?: SizeOptions): Bytes =>
  element(0xa3, blockPayload({ flags: 0x80, ...spec }), options);

export interface GroupSpec extends BlockSpec {
  readonly discardNs?: number;
  readonly durationTicks?: number;
  readonly more?: readonly Bytes[];
}

export function blockGroup(spec: GroupSpec, options?: SizeOptions): Bytes {
  const { discardNs, durationTicks, more = [] } = spec;
  return master(
    0xa0,
    [
      element(0xa1, blockPayload(spec)),
      ...(durationTicks === undefined ? [] : [uint(0x9b, durationTicks)]),
      ...(discardNs === undefined ? [] : [int(0x75a2, discardNs)]),
      ...more,
    ],
    options,
  );
}

export const cluster = (timestamp: number | bigint, blocks: readonly Bytes[], options?: SizeOptions): Bytes =>
  master(0x1f43b675, [uint(0xe7, timestamp), ...blocks], options);

export const tag = (targets: readonly Bytes[], ...simple: readonly Bytes[]): Bytes =>
  master(0x7373, [master(0x63c0, targets), ...simple]);

export const simpleTag = (name: string, value: string, more: readonly Bytes[] = []): Bytes =>
  master(0x67c8, [text(0x45a3, name), text(0x4487, value), ...more]);

export const tags = (...list: readonly Bytes[]): Bytes => master(0x1254c367, list);

/** A file of one Opus track. */
export const file = (...clusters: readonly Bytes[]): Bytes =>
  join(ebml(), segment([info(), tracks(opusTrack()), ...clusters]));
