import { readdirSync } from 'node:fs';
import { FIXTURES, fixture, type Link, oggLinks } from './ogg-links';

/** One row of fixtures/golden/decode/pcm.json. */
export interface LinkGolden {
  readonly file: string;
  readonly link: number;
  readonly channels: number;
  readonly packets: number;
  /** Frames of all packets, and SHA-256 of their samples: ours, after they were found within 1 of opusdec's. */
  readonly frames: number;
  readonly sha256: string;
  /** Frames that opusdec writes for the link, after its trims. */
  readonly opusdecFrames: number;
  /** The largest difference from opusdec's samples, and how many differ. */
  readonly maxDiff: number;
  readonly differing: number;
}

export interface PcmGoldens {
  readonly oracle: string;
  /** What decoded to `sha256`. */
  readonly decoder: string;
  readonly links: readonly LinkGolden[];
}

export const GOLDEN_PATH = 'golden/decode/pcm.json';

/** opusinfo finds fault with these; how to read them is a demuxer's affair. */
const UNSOUND = ['ogg.opus.flush.1.opus', 'ogg.opus.flush.3.opus', 'bear_duplicate_header.opus', 'gopus_output.opus'];

/** Mono and stereo files of the corpus, and those that were made for the decoders. */
export function soundFiles(): { file: string; links: Link[] }[] {
  return ['ogg_opus', 'golden/decode']
    .flatMap((folder) => readdirSync(new URL(folder, FIXTURES)).map((name) => `${folder}/${name}`))
    .filter((file) => /\.(opus|ogg)$/.test(file) && !UNSOUND.some((name) => file.endsWith(`/${name}`)))
    .map((file) => ({ file, links: oggLinks(fixture(file)) }))
    .filter(({ links }) => links.every(({ stream }) => stream.channels <= 2));
}
