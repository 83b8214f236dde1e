import { readdirSync } from 'node:fs';
import { bytesSource } from '@zarr-audio/codec';
import { opus } from '../../src/opus';
import { FIXTURES, fixture, type Link, oggLinks } from './ogg-links';

/** One row of fixtures/golden/decode/multistream.json: what libopus.py, which lies beside it, says of a file. */
export interface MultistreamGolden {
  readonly file: string;
  readonly channels: number;
  readonly family: number;
  readonly packets: number;
  /** Frames of all packets, and SHA-256 of their samples as docs/format.md defines them. */
  readonly frames: number;
  readonly sha256: string;
  /** Of the streams before the mapping, as floats: over 1 they clip. */
  readonly peak: number;
  /**
   * How libopus' own multistream or projection decoder differs: it soft-clips packets over 60 ms as a whole, and rounds
   * each product of the matrix.
   */
  readonly multistream: { readonly differing: number; readonly maxDiff: number };
  /** Frames that a player gives. */
  readonly playedFrames: number;
}

export interface MultistreamGoldens {
  readonly oracle: string;
  readonly files: readonly MultistreamGolden[];
}

export const MULTISTREAM_GOLDEN_PATH = 'golden/decode/multistream.json';

/** One link of it holds no audio. */
const UNSOUND = 'bear_duplicate_header.opus';

/** The codec's own Ogg of the first Opus track: packets of WebM and Matroska as a store has them. */
async function canonicalOgg(file: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const event of opus().ingest(bytesSource(file, fixture(file)))) {
    if (event.type === 'restart') pieces.length = 0;
    if (event.type === 'piece' && event.stream === 0) pieces.push(event.bytes);
  }
  return Buffer.concat(pieces);
}

/** Every file of the fixtures that takes more than one plain decoder, or a mapping. Each has one link. */
export async function multichannelFiles(): Promise<{ file: string; link: Link }[]> {
  const found: { file: string; link: Link }[] = [];
  for (const folder of ['ogg_opus', 'webm_opus', 'ambisonics', 'golden/decode', 'golden/matroska']) {
    for (const name of readdirSync(new URL(folder, FIXTURES)).sort()) {
      const file = `${folder}/${name}`;
      const isOgg = /\.(opus|ogg)$/.test(name);
      const isMultichannel = isOgg || /^(opus-|surround).*\.(webm|mka)$/.test(name);
      if (!isMultichannel || name === UNSOUND) continue;
      const [link] = oggLinks(isOgg ? fixture(file) : await canonicalOgg(file));
      const mapping = link!.stream.attributes.channel_mapping as { streams: number };
      if (link!.stream.channels > 2 || mapping.streams > 1) found.push({ file, link: link! });
    }
  }
  return found;
}
