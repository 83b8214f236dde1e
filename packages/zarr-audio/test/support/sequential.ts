import { createPcm, type PcmData, type SeekPoint } from '@zarr-audio/codec';
import type { Recording } from '../../src/index';
import { allRows } from '../arrays/stores';
import { codecs } from './stores';

/** A recording as a plain loop over its packets gives it: what a read is compared with. */
export interface SequentialDecode {
  /** What a listener hears, interleaved. */
  readonly heard: PcmData;
  /** Of every frame that is heard: the number of the row of seek points that governs it; -1 in a hole. */
  readonly governing: Int32Array;
  /** Frames that each row of seek points governs, heard or not. */
  readonly governed: Int32Array;
  readonly seekPoints: readonly SeekPoint[];
  /** What packets decode to. */
  readonly sampleCounts: ReadonlySet<number>;
}

/**
 * Decodes all packets from the first to the last by one new decoder, which is reset after a hole; zeros for holes. Shares
 * nothing with the reader but the arrays.
 */
export async function decodeSequentially(recording: Recording, backend: string): Promise<SequentialDecode> {
  const { description, attributes, blob, index, totalSamples } = recording;
  const { channels, sampleType, preSkip } = description;
  const bytes = await blob.read(0, blob.byteLength);
  const rows = await allRows(index);
  const seekPoints = recording.seekPoints ? seekPointsOf(await allRows(recording.seekPoints)) : [];
  const decoder = await codecs.get(description.codec).createDecoder(description, { backend });
  const frames = rows.at(-1)! + 1;
  const pcm = createPcm(sampleType, (frames + decoder.maxPacketFrames) * channels);
  const rowOf = new Int32Array(frames).fill(-1);
  const governed = new Int32Array(seekPoints.length);
  const sampleCounts = new Set<number>();
  let end = 0;
  let row = 0;
  for (let at = 0; at < rows.length; at += 5) {
    const [position, length, count, start] = rows.slice(at, at + 4) as unknown as [number, number, number, number];
    if (start > end) decoder.reset();
    const decoded = decoder.decode(bytes.subarray(position, position + length), pcm, start * channels);
    if (decoded !== count) throw new Error(`packet ${at / 5} decodes to ${decoded} samples, not ${count}`);
    end = start + count;
    pcm.fill(0, end * channels);
    while (row + 1 < seekPoints.length && seekPoints[row + 1]!.from <= at / 5) row++;
    rowOf.fill(row, start, end);
    if (seekPoints.length > 0) governed[row]! += count;
    sampleCounts.add(count);
  }
  decoder.free();
  const kept = keptFrames(frames, preSkip, attributes.summary.trims).subarray(0, totalSamples);
  const heard = createPcm(sampleType, kept.length * channels);
  const governing = new Int32Array(kept.length);
  for (const [to, from] of kept.entries()) {
    governing[to] = rowOf[from]!;
    for (let channel = 0; channel < channels; channel++) {
      heard[to * channels + channel] = pcm[from * channels + channel]!;
    }
  }
  return { heard, governing, governed, seekPoints, sampleCounts };
}

/** Numbers of the frames that are heard, one after another, in the count of the index. */
export function keptFrames(frames: number, preSkip: number, trims: readonly (readonly [number, number])[]): Int32Array {
  const dropped = new Uint8Array(frames);
  dropped.fill(1, 0, preSkip);
  for (const [start, samples] of trims) dropped.fill(1, start, start + samples);
  const kept = new Int32Array(frames);
  let count = 0;
  for (let frame = 0; frame < frames; frame++) if (dropped[frame] === 0) kept[count++] = frame;
  return kept.subarray(0, count);
}

function seekPointsOf(rows: Float64Array): SeekPoint[] {
  return Array.from({ length: rows.length / 3 }, (_, i) => ({
    packet: rows[3 * i]!,
    from: rows[3 * i + 1]!,
    maxDiff: rows[3 * i + 2]!,
  }));
}
