import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@zarr-audio/codec';
import { packetSamples } from '@zarr-audio/opus-parser';
import { describe, expect, it } from 'vitest';
import { MAX_PIECE_FRAMES } from '../../src/backends/backend';
import { selectBackend } from '../../src/backends/select';
import { decodeLink, sha256 } from './decoded-link';
import {
  MULTISTREAM_GOLDEN_PATH,
  type MultistreamGolden,
  type MultistreamGoldens,
  multichannelFiles,
} from './multichannel-files';
import { FIXTURES, type Link } from './ogg-links';
import { sameLibopus } from './same-libopus';

/*
 * `RECORD_GOLDENS=1 npm run test:oracles` writes the goldens that multistream-golden.test.ts compares with.
 */

const script = fileURLToPath(new URL('golden/decode/libopus.py', FIXTURES));

interface Comparison {
  readonly differing: number;
  readonly maxDiff: number;
}

interface Answer {
  readonly libopus: string;
  readonly frames: number;
  readonly sha256: string;
  readonly peak: number;
  /** Samples by definition against those of the multistream or projection decoder, */
  readonly multistream: Comparison;
  /** and against ours. */
  readonly pcm: Comparison;
}

/** Asks a libopus through python3; throws if there is none. */
function ask(library: string, { stream, packets }: Link, pcm: Int16Array): Answer {
  const mapping = stream.attributes.channel_mapping as JsonObject;
  const question = {
    streams: mapping.streams,
    coupled: mapping.coupled,
    mapping: mapping.mapping,
    matrix: mapping.matrix ?? null,
    gainQ8: stream.attributes.output_gain_q8,
    packets: packets.map((packet) => Buffer.from(packet).toString('base64')),
    pcm: Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength).toString('base64'),
  };
  const options = { input: JSON.stringify(question), encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  return JSON.parse(execFileSync('python3', [script, library], options)) as Answer;
}

const native = await selectBackend('native');
const files = await multichannelFiles();

describe('libopus, a plain decoder a stream', () => {
  const same = sameLibopus();
  const found: MultistreamGolden[] = [];
  const of = new Set<string>();

  it.each(files)('$file', ({ file, link }) => {
    const pcm = decodeLink(link, native);
    const { libopus, frames, peak, multistream, ...answer } = ask(same, link, pcm);
    expect(answer).toEqual({ sha256: sha256(pcm), pcm: { differing: 0, maxDiff: 0 } });
    const { channels } = link.stream;
    const { family, streams, coupled } = link.stream.attributes.channel_mapping as Record<string, number>;
    // Half a step for every product that it rounds and we don't.
    const perProduct = family === 3 ? Math.ceil((streams! + coupled!) / 2) : 0;
    const isSplit = link.packets.some((packet) => packetSamples(packet) > MAX_PIECE_FRAMES);
    if (peak <= 1 || !isSplit) expect(multistream.maxDiff).toBeLessThanOrEqual(perProduct);
    else expect(multistream.maxDiff).toBeGreaterThan(1);
    of.add(libopus);
    const { playedFrames, packets } = link;
    found.push({
      ...{ file, channels, family: family!, packets: packets.length, frames, sha256: answer.sha256, peak },
      ...{ multistream, playedFrames },
    });
  });

  it('finds what is recorded', () => {
    const path = new URL(MULTISTREAM_GOLDEN_PATH, FIXTURES);
    const oracle = `${[...of]}, built from the sources in @discordjs/opus`;
    if (process.env.RECORD_GOLDENS === '1') {
      writeFileSync(path, `${JSON.stringify({ oracle, files: found } satisfies MultistreamGoldens, null, 1)}\n`);
    }
    const recorded = JSON.parse(readFileSync(path, 'utf8')) as MultistreamGoldens;
    expect({ oracle, files: found }).toEqual(recorded);
  });
});

describe("the machine's own libopus", () => {
  it.each(files)('$file, within 1', ({ link }) => {
    const pcm = decodeLink(link, native);
    const { pcm: difference } = ask('libopus.so.0', link, pcm);
    expect(difference.maxDiff).toBeLessThanOrEqual(1);
    expect(difference.differing).toBeLessThanOrEqual(pcm.length / 500);
  });
});
