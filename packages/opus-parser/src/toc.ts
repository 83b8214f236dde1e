/**
 * The first byte of each packet.
 *
 * ```
 *  0 1 2 3 4 5 6 7
 * +-+-+-+-+-+-+-+-+
 * | config  |s| c |
 * +-+-+-+-+-+-+-+-+
 * ```
 *
 * @see RFC 6716 §3.1
 */
export interface Toc {
  readonly mode: 'silk' | 'hybrid' | 'celt';
  /** Audio up to 4, 6, 8, 12 and 20 kHz. */
  readonly bandwidth: 'nb' | 'mb' | 'wb' | 'swb' | 'fb';
  /** Samples per channel of each frame, at 48 kHz: 120, 240, 480, 960, 1920 or 2880. */
  readonly frameSamples: number;
  readonly channels: 1 | 2;
  /** 0 to 31: mode, bandwidth and frame size in one number. */
  readonly config: number;
  /** 0: one frame; 1: two of one length; 2: two; 3: as many as the next byte says. */
  readonly code: 0 | 1 | 2 | 3;
}

type Row = readonly [mode: Toc['mode'], bandwidth: Toc['bandwidth'], frameSamples: readonly number[]];

const SILK_SIZES = [480, 960, 1920, 2880];
const HYBRID_SIZES = [480, 960];
const CELT_SIZES = [120, 240, 480, 960];

/** RFC 6716 §3.1, table 2, in the order of `config`. */
const CONFIGURATIONS: readonly Row[] = [
  ['silk', 'nb', SILK_SIZES],
  ['silk', 'mb', SILK_SIZES],
  ['silk', 'wb', SILK_SIZES],
  ['hybrid', 'swb', HYBRID_SIZES],
  ['hybrid', 'fb', HYBRID_SIZES],
  ['celt', 'nb', CELT_SIZES],
  ['celt', 'wb', CELT_SIZES],
  ['celt', 'swb', CELT_SIZES],
  ['celt', 'fb', CELT_SIZES],
];

const TOCS: readonly Toc[] = CONFIGURATIONS.flatMap(([mode, bandwidth, sizes]) =>
  sizes.map((frameSamples) => ({ mode, bandwidth, frameSamples })),
).flatMap((row, config) =>
  ([1, 2] as const).flatMap((channels) =>
    ([0, 1, 2, 3] as const).map((code) => Object.freeze({ ...row, channels, config, code })),
  ),
);

/** Samples per channel of a frame at 48 kHz, by TOC byte. */
export const FRAME_SAMPLES_BY_TOC = Uint16Array.from(TOCS, (toc) => toc.frameSamples);

/**
 * What a TOC byte says. The objects are frozen and shared: nothing is allocated.
 *
 * @param toc  0 to 255.
 * @throws {RangeError} if it is no byte.
 * @see RFC 6716 §3.1
 */
export function parseToc(toc: number): Toc {
  const parsed = TOCS[toc];
  if (!parsed) throw new RangeError(`a TOC is a byte, got ${toc}`);
  return parsed;
}
