import type { Gap, PcmBlock, SampleDamage, SampleType } from '@zarr-audio/codec';
import { allocate, outputType } from '../pcm-assembly';
import type { ManySource } from './many-source';
import { readRanges } from './read-many';
import type { RangeResult, SampleRange } from './sample-range';
import { WindowGrid, type WindowOptions } from './window-grid';

interface WindowShape {
  readonly type: SampleType;
  /** Frames of every window; undefined: the last one may be shorter. */
  readonly frames: number | undefined;
}

/**
 * `Recording.windows`, a result a window: those that fail are results too. What lies in several windows is read once.
 *
 * @throws as `readRanges` and `WindowGrid`
 */
export async function* readWindows(source: ManySource, options: WindowOptions): AsyncGenerator<RangeResult> {
  const grid = new WindowGrid(source.check(options), options);
  const { dtype = 'float32', length, partial = 'pad' } = options;
  const type = outputType(dtype, source.parts.description);
  const shape = { type, frames: partial === 'pad' ? length : undefined };
  const held: RangeResult[] = [];
  let number = 0;
  for await (const piece of readRanges(source, grid.pieces(), { ...options, dtype })) {
    held.push(piece);
    for (; number < grid.count && grid.window(number).end <= piece.range.end; number++) {
      const range = grid.window(number);
      while (held[0]!.range.end <= range.start) held.shift();
      yield windowOf(range, held, shape);
    }
  }
}

/** @param pieces  All that the window has samples of, in order; the last may be more than one after it. */
function windowOf(
  range: SampleRange,
  pieces: readonly RangeResult[],
  { type, frames: full }: WindowShape,
): RangeResult {
  const blocks: PcmBlock[] = [];
  for (const { range: piece, block, error } of pieces) {
    if (piece.start >= range.end) break;
    if (!block) return { range, error };
    blocks.push(block);
  }
  const { channels, sampleRate } = blocks[0]!;
  const frames = full ?? range.end - range.start;
  const data = allocate(type, frames, channels);
  const gaps: Gap[] = [];
  const damage: SampleDamage[] = [];
  let maxDiff = 0;
  for (const block of blocks) {
    data.set(block.data, (block.start - range.start) * channels);
    maxDiff = Math.max(maxDiff, block.maxDiff);
    for (const gap of block.gaps) addGap(gaps, gap);
    for (const lost of block.damage) addDamage(damage, lost);
  }
  const end = range.start + frames;
  if (end > range.end) addGap(gaps, { end, samples: end - range.end });
  return { range, block: { data, frames, channels, sampleRate, start: range.start, maxDiff, gaps, damage } };
}

/** Pieces cut holes in two: what touches the one before is the same. */
function addGap(gaps: Gap[], gap: Gap): void {
  const before = gaps.at(-1);
  if (before?.end !== gap.end - gap.samples) gaps.push(gap);
  else gaps[gaps.length - 1] = { end: gap.end, samples: before.samples + gap.samples };
}

function addDamage(damage: SampleDamage[], lost: SampleDamage): void {
  const before = damage.at(-1);
  const goesOn = before?.message === lost.message && before.start + before.samples === lost.start;
  if (!goesOn) damage.push(lost);
  else damage[damage.length - 1] = { ...before, samples: before.samples + lost.samples };
}
