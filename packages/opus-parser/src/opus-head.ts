import { OpusError } from './errors';
import { hasMagic, writeMagic } from './magic';
import {
  checkChannels,
  checkMapping,
  checkStreams,
  checkVersion,
  FAMILY_DEMIXING,
  type Fail,
  OFFSET,
} from './opus-head-rules';

const MAGIC = 'OpusHead';

export interface OpusHead {
  /** 0 to 15; what is written today is 1. */
  version: number;
  /** Output channels, 1 to 255. */
  channels: number;
  /** Samples per channel at 48 kHz to drop from the decoder's output, 0 to 65,535. */
  preSkip: number;
  /** Rate of what was encoded in Hz; 0 if unknown. Decoding does not depend on it. */
  inputSampleRate: number;
  /** Gain to apply to the output, in 1/256 dB, -32,768 to 32,767 (Q7.8). */
  outputGainQ8: number;
  /** 0: mono, stereo; 1: surround in Vorbis order; 2, 3: ambisonics; 255: without meaning; others as 255. */
  mappingFamily: number;
  /** Opus streams in each packet, 1 to 255. */
  streamCount: number;
  /** How many of them, the first ones, are stereo. */
  coupledCount: number;
  /**
   * For each output channel the decoded channel that it takes, or 255 for silence. Decoded channels are counted
   * through the coupled streams (left, right), then the others. Empty for family 3, which has a matrix instead.
   */
  channelMapping: number[];
  /**
   * Family 3 only: `channels` rows times `streamCount + coupledCount` columns, column after column, in units
   * of 2^-15. Output channel `r` is the sum over `c` of `demixingMatrix[c * channels + r]` times decoded channel `c`.
   */
  demixingMatrix?: Int16Array;
  /** What follows the last known field, only if something does. Later minor versions may put fields there. */
  trailingBytes?: Uint8Array;
}

/** Is this the first packet of an Opus stream? */
export function isOpusHead(packet: Uint8Array): boolean {
  return hasMagic(packet, MAGIC);
}

/**
 * Reads the first packet of an Ogg Opus stream (or Matroska's CodecPrivate, which is the same).
 *
 * ```
 * 0  'OpusHead'            16  output gain (Q7.8)
 * 8  version               18  mapping family
 * 9  channels              19  stream count      unless family 0
 * 10 pre-skip              20  coupled count     unless family 0
 * 12 input sample rate     21  channel mapping, a byte a channel; or demixing matrix (family 3)
 * ```
 *
 * All numbers are little-endian. A mapping family that is not assigned is read as 255 (RFC 7845 §5.1.1.4), and
 * refused if its table does not hold as such.
 *
 * @throws {OpusError} `OPUS_BAD_HEAD`; `field` names the first field that is wrong: one of `OpusHead`, or `magic`.
 * @see RFC 7845 §5.1, RFC 8486 §3
 */
export function parseOpusHead(packet: Uint8Array): OpusHead {
  if (!isOpusHead(packet)) bad('magic', 0, `is not '${MAGIC}'`);
  requireFixedFields(packet);
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const version = packet[OFFSET.version]!;
  const channels = packet[OFFSET.channels]!;
  const mappingFamily = packet[OFFSET.mappingFamily]!;
  checkVersion(version, bad);
  checkChannels(channels, mappingFamily, bad);
  const { byteLength, ...layout } =
    mappingFamily === 0 ? familyZero(channels) : parseTable(packet, view, channels, mappingFamily);
  return {
    version,
    channels,
    preSkip: view.getUint16(OFFSET.preSkip, true),
    inputSampleRate: view.getUint32(OFFSET.inputSampleRate, true),
    outputGainQ8: view.getInt16(OFFSET.outputGainQ8, true),
    mappingFamily,
    ...layout,
    ...(byteLength < packet.length ? { trailingBytes: packet.slice(byteLength) } : {}),
  };
}

type Layout = Pick<OpusHead, 'streamCount' | 'coupledCount' | 'channelMapping' | 'demixingMatrix'> & {
  byteLength: number;
};

function requireFixedFields(packet: Uint8Array): void {
  if (packet.length >= OFFSET.streamCount) return;
  const fields = Object.entries(OFFSET).filter(([, byteOffset]) => byteOffset <= packet.length);
  const [field, byteOffset] = fields[fields.length - 1]!;
  bad(field, byteOffset, `is cut: the packet has ${packet.length} bytes of at least ${OFFSET.streamCount}`);
}

/** RFC 7845 §5.1.1.1: the table is not there, and this is what it would say. */
function familyZero(channels: number): Layout {
  return {
    streamCount: 1,
    coupledCount: channels - 1,
    channelMapping: channels === 1 ? [0] : [0, 1],
    byteLength: OFFSET.streamCount,
  };
}

function parseTable(packet: Uint8Array, view: DataView, channels: number, family: number): Layout {
  for (const field of ['streamCount', 'coupledCount'] as const) {
    if (packet.length <= OFFSET[field]) bad(field, OFFSET[field], `is cut: mapping family ${family} needs it`);
  }
  const streamCount = packet[OFFSET.streamCount]!;
  const coupledCount = packet[OFFSET.coupledCount]!;
  checkStreams(streamCount, coupledCount, bad);
  const decodedChannels = streamCount + coupledCount;
  const isMatrix = family === FAMILY_DEMIXING;
  const byteLength = OFFSET.table + (isMatrix ? 2 * channels * decodedChannels : channels);
  if (packet.length < byteLength) {
    const what = `is cut: it has ${packet.length - OFFSET.table} bytes of ${byteLength - OFFSET.table}`;
    bad(isMatrix ? 'demixingMatrix' : 'channelMapping', OFFSET.table, what);
  }
  if (isMatrix) {
    const demixingMatrix = new Int16Array(channels * decodedChannels);
    for (let i = 0; i < demixingMatrix.length; i++) demixingMatrix[i] = view.getInt16(OFFSET.table + 2 * i, true);
    return { streamCount, coupledCount, channelMapping: [], demixingMatrix, byteLength };
  }
  const channelMapping = Array.from(packet.subarray(OFFSET.table, byteLength));
  checkMapping(channelMapping, decodedChannels, bad);
  return { streamCount, coupledCount, channelMapping, byteLength };
}

/**
 * Writes an OpusHead packet; the inverse of `parseOpusHead`.
 *
 * @throws {RangeError} if a field is out of its range, or the fields don't fit each other: what `parseOpusHead`
 *   refuses is not written.
 * @see RFC 7845 §5.1, RFC 8486 §3
 */
export function encodeOpusHead(head: OpusHead): Uint8Array {
  const { channels, mappingFamily, streamCount, coupledCount, channelMapping, demixingMatrix } = head;
  requireIntegers(head);
  checkVersion(head.version, refuse);
  checkChannels(channels, mappingFamily, refuse);
  checkStreams(streamCount, coupledCount, refuse);
  const decodedChannels = streamCount + coupledCount;
  const isMatrix = mappingFamily === FAMILY_DEMIXING;
  requireLength('channelMapping', channelMapping.length, isMatrix ? 0 : channels);
  requireLength('demixingMatrix', demixingMatrix?.length ?? 0, isMatrix ? channels * decodedChannels : 0);
  if (mappingFamily === 0) requireFamilyZero(head);
  checkMapping(channelMapping, decodedChannels, refuse);

  const tableBytes = mappingFamily === 0 ? 0 : 2 + (isMatrix ? 2 * demixingMatrix!.length : channels);
  const trailing = head.trailingBytes ?? new Uint8Array(0);
  const packet = new Uint8Array(OFFSET.streamCount + tableBytes + trailing.length);
  const view = new DataView(packet.buffer);
  writeMagic(MAGIC, packet);
  packet[OFFSET.version] = head.version;
  packet[OFFSET.channels] = channels;
  view.setUint16(OFFSET.preSkip, head.preSkip, true);
  view.setUint32(OFFSET.inputSampleRate, head.inputSampleRate, true);
  view.setInt16(OFFSET.outputGainQ8, head.outputGainQ8, true);
  packet[OFFSET.mappingFamily] = mappingFamily;
  if (mappingFamily !== 0) {
    packet[OFFSET.streamCount] = streamCount;
    packet[OFFSET.coupledCount] = coupledCount;
    packet.set(channelMapping, OFFSET.table);
    const matrix = demixingMatrix ?? [];
    for (let i = 0; i < matrix.length; i++) view.setInt16(OFFSET.table + 2 * i, matrix[i]!, true);
  }
  packet.set(trailing, OFFSET.streamCount + tableBytes);
  return packet;
}

const RANGES = [
  ['version', 0, 255],
  ['channels', 0, 255],
  ['preSkip', 0, 65_535],
  ['inputSampleRate', 0, 4_294_967_295],
  ['outputGainQ8', -32_768, 32_767],
  ['mappingFamily', 0, 255],
  ['streamCount', 0, 255],
  ['coupledCount', 0, 255],
] as const;

function requireIntegers(head: OpusHead): void {
  for (const [field, min, max] of RANGES) requireInteger(field, head[field], min, max);
  for (const index of head.channelMapping) requireInteger('channelMapping', index, 0, 255);
}

function requireInteger(field: string, value: number, min: number, max: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`OpusHead: ${field} is ${value}, no integer in [${min}, ${max}]`);
  }
}

function requireLength(field: string, length: number, expected: number): void {
  if (length !== expected) throw new RangeError(`OpusHead: ${field} has ${length} elements, not ${expected}`);
}

function requireFamilyZero({ channels, streamCount, coupledCount, channelMapping }: OpusHead): void {
  const expected = familyZero(channels);
  const fits =
    streamCount === 1 &&
    coupledCount === expected.coupledCount &&
    channelMapping.every((index, channel) => index === expected.channelMapping[channel]);
  if (!fits) throw new RangeError('OpusHead: mapping family 0 is one stream with its channels in order');
}

const bad: Fail = (field, byteOffset, what) => {
  throw new OpusError('OPUS_BAD_HEAD', `OpusHead: ${field} ${what}`, { field, byteOffset });
};

const refuse: Fail = (field, _byteOffset, what) => {
  throw new RangeError(`OpusHead: ${field} ${what}`);
};
