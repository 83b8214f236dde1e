import { bytesSource, errorCode } from '@zarr-audio/codec';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scanOggOpus } from '../../src/ingest/ingest';
import { AUDIO, collect, concatenate, gridPoints, type Ingested, ingest, type MadePage, stream } from './made-ogg';

/** How a page's granule position relates to what it should be. */
const granuleErrors = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ kind: 'right' as const, by: 0 }) },
  fc.record({ kind: fc.constant('moved' as const), by: fc.integer({ min: -20_000, max: 200_000 }) }),
  fc.record({ kind: fc.constant('once' as const), by: fc.integer({ min: -20_000, max: 200_000 }) }),
  fc.constant({ kind: 'missing' as const, by: 0 }),
);

const pages = fc.array(
  fc.record({ packets: fc.integer({ min: 0, max: 40 }), error: granuleErrors, eos: fc.boolean() }),
  {
    minLength: 1,
    maxLength: 8,
  },
);

/** What is done to the file: pages lost, doubled, swapped with the next one, or with garbage in front. */
const damages = fc.array(
  fc.record({ at: fc.nat({ max: 9 }), kind: fc.constantFrom('lose', 'double', 'swap', 'garbage', 'flip') }),
  { maxLength: 2 },
);

function build(
  made: readonly { packets: number; error: { kind: string; by: number }; eos: boolean }[],
  start: number,
  endTrim: number,
): MadePage[] {
  let granule = start;
  let packet = 0;
  return made.map(({ packets, error, eos }, i) => {
    const isLast = i === made.length - 1;
    granule = Math.max(0, granule + packets * 960 + (error.kind === 'moved' ? error.by : 0));
    const shown = Math.max(0, granule + (error.kind === 'once' ? error.by : 0) - (isLast ? endTrim : 0));
    const taken = AUDIO.slice(packet, packet + packets);
    packet += packets;
    return { packets: taken, granule: error.kind === 'missing' ? -1n : shown, eos: isLast || (eos && packets === 0) };
  });
}

function damage(file: Uint8Array[], at: number, kind: string): Uint8Array[] {
  const i = at % file.length;
  if (kind === 'lose') return file.toSpliced(i, 1);
  if (kind === 'double') return file.toSpliced(i, 0, file[i]!);
  if (kind === 'garbage') return file.toSpliced(i, 0, Uint8Array.of(0x4f, 0x67, 0x67, 0x53, 1, 2, 3));
  if (kind === 'flip') return file.with(i, file[i]!.with(file[i]!.length - 1, file[i]!.at(-1)! ^ 4));
  return file.toSpliced(i, 2, ...file.slice(i, i + 2).reverse());
}

/** All that a rebuild has to find again. */
const essence = ({ rows, description, summary }: Ingested) => ({
  rows,
  preSkip: description.preSkip,
  packets: summary.packets,
  totalSamples: summary.totalSamples,
  gaps: summary.gaps,
  trims: summary.trims,
  startsLate: summary.repairs.filter(({ code }) => code === 'OPUS_STARTS_LATE').map(({ samples }) => samples),
});

it('whatever the granule positions say and whatever happened to the pages, the blob alone says what was imported', async () => {
  const inputs = [
    pages,
    damages,
    fc.constantFrom(0, 0, 5000, 1_000_000),
    fc.constantFrom(0, 0, 100, 3000, 100_000),
  ] as const;
  await fc.assert(
    fc.asyncProperty(...inputs, async (made, damaged, start, endTrim) => {
      let file = stream(build(made, start, endTrim));
      for (const { at, kind } of damaged) file = damage(file, at, kind);
      let ingested: Ingested[];
      try {
        ingested = (await ingest(concatenate(file))).streams;
      } catch (error) {
        // Nothing left that could be kept.
        expect(['OPUS_NO_PACKETS', 'OPUS_NO_STREAM', 'OPUS_HEADERS_INCOMPLETE']).toContain(errorCode(error));
        return;
      }
      for (const one of ingested) {
        const { summary, rows, verbatim, blob } = one;
        expect(rows.length).toBe(summary.packets);
        const end = rows.at(-1)![4]! + 1;
        expect(summary.totalSamples).toBeGreaterThanOrEqual(0);
        expect(summary.totalSamples).toBeLessThanOrEqual(end);
        for (const [i, [, , , cumStart]] of rows.entries()) {
          if (i > 0) expect(cumStart).toBeGreaterThanOrEqual(rows[i - 1]![4]! + 1);
        }
        const holes = rows.reduce((sum, [, , , from], i) => sum + from! - (i > 0 ? rows[i - 1]![4]! + 1 : 0), 0);
        expect(summary.gaps.reduce((sum, { samples }) => sum + samples, 0)).toBe(holes);
        const scanned = await collect(scanOggOpus(bytesSource('blob', blob), gridPoints));
        expect(essence(scanned.streams[0]!)).toEqual(essence(one));
        const again = (await ingest(blob)).streams;
        expect(again).toHaveLength(1);
        expect(essence(again[0]!)).toEqual(essence(one));
        // What was put into canonical Ogg is sound, whatever it was made of.
        expect(again[0]!.verbatim).toBe(true);
        if (verbatim) expect(blob).toEqual(concatenate(file));
      }
    }),
    { numRuns: 500, seed: 4 },
  );
});
