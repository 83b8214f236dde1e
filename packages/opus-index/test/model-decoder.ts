import { CodedError } from '@zarr-audio/codec';
import type { MeasuringDecoder, SeekPointBuilder } from '../src/index';

export interface TimedPacket {
  readonly samples: number;
  /** Samples that are missing before it. */
  readonly gap: number;
  /** No decoder takes it. */
  readonly isRefused?: boolean;
}

export interface Packet extends TimedPacket {
  /** Packets that a decoder started here needs until it gives the sequential samples; every `flickers`th of them is equal all the same. */
  readonly converges: number;
  readonly flickers?: number;
  /** Packets from here on, after which a decoder that was started here differs once more. */
  readonly relapses?: number | undefined;
}

export const SECOND = 48_000;
export const steady = (count: number, samples = 960, converges = 2): Packet[] =>
  Array.from({ length: count }, () => ({ samples, gap: 0, converges }));

/** Does the sequential decode begin anew at packet `p`? */
export function beginsAnew(packets: readonly TimedPacket[], p: number): boolean {
  return p === 0 || packets[p]!.gap > 0 || packets[p - 1]!.isRefused === true;
}

/** How far the samples of packet `q` are from the sequential ones, in a decoder that was started at packet `p`. */
export function differenceOf(packets: readonly Packet[], p: number, q: number): number {
  const { converges, flickers = 0, relapses } = packets[p]!;
  if (beginsAnew(packets, p)) return 0;
  if (q - p === relapses) return 3;
  if (q >= p + converges) return 0;
  if (flickers === 0) return 7;
  return (q - p) % flickers === 0 ? 0 : 7 + (q % 5);
}

/** A decoder whose convergence is known. Of each packet it gives the number, so one frame stands for all. */
export class ModelDecoder implements MeasuringDecoder {
  readonly maxPacketFrames = 1;
  static alive = 0;
  static most = 0;
  /** Packets that were decoded by all. */
  static decoded = 0;
  #start = -1;
  /** It was given a packet that it refused: only a reset mends it. */
  #isOutOfStep = false;

  constructor(private readonly packets: readonly Packet[]) {
    ModelDecoder.most = Math.max(ModelDecoder.most, ++ModelDecoder.alive);
  }

  decode(packet: Uint8Array, output: Int16Array, at: number): number {
    const number = new DataView(packet.buffer, packet.byteOffset).getUint32(0);
    this.#isOutOfStep ||= this.packets[number]!.isRefused === true;
    if (this.packets[number]!.isRefused) throw new CodedError('OPUS_DECODE_FAILED', `packet ${number}`);
    if (this.#start < 0) this.#start = number;
    ModelDecoder.decoded++;
    output[at] = (number % 10_000) + differenceOf(this.packets, this.#start, number) + (this.#isOutOfStep ? 50 : 0);
    return 1;
  }

  reset(): void {
    this.#isOutOfStep = false;
    this.#start = -1;
  }

  free(): void {
    ModelDecoder.alive--;
  }
}

/** Start of every packet, and the end of the last. */
export function starts(packets: readonly TimedPacket[]): number[] {
  const all = [0];
  for (const [i, { samples, gap }] of packets.entries()) {
    all[i]! += gap;
    all.push(all[i]! + samples);
  }
  return all;
}

/** @param every  Packets after which `drain` is awaited. */
export async function rowsOf(
  builder: Omit<SeekPointBuilder, 'attributes'>,
  packets: readonly Packet[],
  every = 1,
): Promise<number[][]> {
  const rows: number[] = [];
  const start = starts(packets);
  const bytes = new Uint8Array(9);
  for (const [i, { samples }] of packets.entries()) {
    new DataView(bytes.buffer).setUint32(3, i);
    builder.add(bytes, 3, 7, start[i]!, samples);
    if (i % every === 0) await builder.drain();
    if (i % 97 === 0) rows.push(...builder.take());
  }
  await builder.finish();
  rows.push(...builder.take());
  return Array.from({ length: rows.length / 3 }, (_, i) => rows.slice(i * 3, i * 3 + 3));
}
