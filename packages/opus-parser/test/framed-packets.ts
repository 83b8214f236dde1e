/** Packets laid out by hand after RFC 6716 §3.2 and appendix B; nothing of `src` is used. */

export interface Layout {
  config: number;
  stereo: boolean;
  code: 0 | 1 | 2 | 3;
  frames: Uint8Array[];
  /** Code 3 only. */
  vbr?: boolean;
  /** Bytes of padding, code 3 only; undefined: the bit `p` is not set. */
  padding?: number;
  selfDelimited?: boolean;
}

export function layOut({ config, stereo, code, frames, vbr = false, padding, selfDelimited = false }: Layout) {
  const bytes = [(config << 3) | (stereo ? 4 : 0) | code];
  if (code === 3) {
    bytes.push((vbr ? 128 : 0) | (padding === undefined ? 0 : 64) | frames.length);
    if (padding !== undefined) bytes.push(...paddingLength(padding));
  }
  const hasLengths = code === 2 || (code === 3 && vbr);
  const told = hasLengths ? (selfDelimited ? frames : frames.slice(0, -1)) : selfDelimited ? frames.slice(0, 1) : [];
  for (const { length } of told) bytes.push(...frameLength(length));
  return concat([Uint8Array.from(bytes), ...frames, new Uint8Array(padding ?? 0)]);
}

export function paddingLength(padding: number): number[] {
  const bytes: number[] = [];
  for (; padding > 254; padding -= 254) bytes.push(255);
  return [...bytes, padding];
}

function frameLength(length: number): number[] {
  if (length < 252) return [length];
  const rest = (length - 252) % 4;
  return [252 + rest, (length - 252 - rest) / 4];
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Frames that differ from each other in every byte position that they share. */
export function framesOf(lengths: readonly number[]): Uint8Array[] {
  return lengths.map((length, i) => Uint8Array.from({ length }, (_, at) => (i * 37 + at * 11 + 1) & 255));
}

/** Milliseconds of a frame by configuration, as in the table of RFC 6716 §3.1. */
export const FRAME_MS = [
  ...[10, 20, 40, 60, 10, 20, 40, 60, 10, 20, 40, 60],
  ...[10, 20, 10, 20],
  ...[2.5, 5, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20, 2.5, 5, 10, 20],
];

/** Bytes of padding around the limits of its length's coding; undefined: no padding length. */
const PADDINGS = [undefined, 0, 1, 254, 255, 256, 508, 509, 1000];

/** Every code, CBR and VBR, frames of no bytes, without padding and with 0 to 1,000 bytes of it, for a configuration. */
export function everyLayout(config: number): Layout[] {
  const layouts: Layout[] = [];
  const most = 120 / FRAME_MS[config]!;
  for (const stereo of [false, true]) {
    layouts.push(
      { config, stereo, code: 0, frames: framesOf([0]) },
      { config, stereo, code: 0, frames: framesOf([9]) },
    );
    layouts.push(
      { config, stereo, code: 1, frames: framesOf([7, 7]) },
      { config, stereo, code: 1, frames: framesOf([0, 0]) },
      { config, stereo, code: 2, frames: framesOf([3, 8]) },
      { config, stereo, code: 2, frames: framesOf([252, 0]) },
      { config, stereo, code: 2, frames: framesOf([0, 0]) },
    );
    for (const count of new Set([1, 2, most])) {
      const lengths = (of: (i: number) => number) => framesOf(Array.from({ length: count }, (_, i) => of(i)));
      for (const padding of PADDINGS) {
        const pad = padding === undefined ? {} : { padding };
        for (const frames of [lengths(() => 5), lengths(() => 0)]) {
          layouts.push({ config, stereo, code: 3, frames, ...pad });
        }
        for (const frames of [lengths((i) => (i * 5) % 7), lengths(() => 0)]) {
          layouts.push({ config, stereo, code: 3, frames, vbr: true, ...pad });
        }
      }
    }
  }
  return layouts;
}
