import type { Box } from './box';
import { opusHeadOf } from './dops';

/** What the first sample description of a track says, and what the others are. */
export interface SampleEntry {
  readonly codec: string;
  readonly channels: number;
  readonly sampleRateHz: number;
  readonly dops?: Uint8Array;
  readonly opusHead?: Uint8Array;
  /** Number of its data reference, from 1. */
  readonly dataReference: number;
  /** Is a sample description, from 1, another than this one? */
  isForeign(description: number): boolean;
}

/** The descriptions that are looked at; more of them count as others. */
const MAX_ENTRIES = 256;

/**
 * ```
 * stsd  version, flags: 4   count: 4   then a box for each description, its type the codec:
 *   0   reserved: 6, data reference: 2                 any
 *   8   version: 2, reserved: 6                        sound, from here on
 *   16  channels: 2, bits: 2, reserved: 4
 *   24  sample rate, 16.16: 4
 *   28  boxes                                          at 44 in QuickTime's version 1, at 64 in its version 2
 * ```
 *
 * Version 2: the rate is a 64-bit float at 32, channels 32 bits at 40.
 *
 * @see ISO/IEC 14496-12 §8.5.2, §12.2.3; QuickTime File Format, Sound Sample Descriptions
 */
export function readSampleEntry(stsd: Box | undefined, isSound: boolean): SampleEntry {
  const entries: Box[] = [];
  if (stsd?.holds(8)) {
    for (const entry of stsd.children(8)) if (entries.push(entry) === MAX_ENTRIES) break;
  }
  const [first] = entries;
  // Compared once, for it is asked for every chunk.
  const foreign = entries.map((entry) => !sameBox(entry, first!));
  // A description that isn't there can be no other than the only one that is.
  const isForeign = (description: number) => description > 1 && (foreign[description - 1] ?? foreign.length > 1);
  if (!first) return { codec: '', channels: 0, sampleRateHz: 0, dataReference: 0, isForeign };
  const common = { codec: first.type, dataReference: first.byteLength >= 8 ? first.u16(6) : 0, isForeign };
  if (!isSound || !first.holds(28)) return { ...common, channels: 0, sampleRateHz: 0 };
  // Version 1 of the ISO format, unlike QuickTime's, has no further fields; it stands in `stsd` of version 1.
  const version = stsd!.version === 0 ? first.u16(8) : 0;
  if (version === 2 && first.holds(64)) {
    return { ...common, ...readOpus(first, 64), channels: first.u32(40), sampleRateHz: finite(first.f64(32)) };
  }
  const opus = readOpus(first, version === 1 ? 44 : 28);
  return { ...common, ...opus, channels: first.u16(16), sampleRateHz: first.u16(24) };
}

function readOpus(entry: Box, boxesAt: number): Pick<SampleEntry, 'dops' | 'opusHead'> {
  if (entry.type !== 'Opus') return {};
  const dops = findBox(entry, boxesAt);
  if (!dops) {
    entry.log.add('MP4_BAD_DOPS', entry.byteOffset, "no box 'dOps' in the description of an Opus track");
    return {};
  }
  const opusHead = opusHeadOf(dops);
  return { dops: dops.payload.slice(), ...(opusHead && { opusHead }) };
}

/** In QuickTime files the decoder's own boxes may lie in a box `wave`. */
function findBox(entry: Box, boxesAt: number): Box | undefined {
  let wave: Box | undefined;
  for (const box of entry.children(boxesAt)) {
    if (box.type === 'dOps') return box;
    if (box.type === 'wave') wave ??= box;
  }
  if (wave) for (const box of wave.children()) if (box.type === 'dOps') return box;
  return undefined;
}

function sameBox(a: Box, b: Box): boolean {
  if (a.type !== b.type || a.byteLength !== b.byteLength) return false;
  for (let i = 0; i < a.byteLength; i++) if (a.payload[i] !== b.payload[i]) return false;
  return true;
}

function finite(value: number): number {
  return Number.isFinite(value) && value >= 0 ? value : 0;
}
