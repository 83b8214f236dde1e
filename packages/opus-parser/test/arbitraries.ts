import fc from 'fast-check';
import { concat, FRAME_MS, type Layout, layOut } from './framed-packets';

/** Mostly short frames; now and then one around the limits of the length's coding. */
const frameBytes = fc.oneof(
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constantFrom(251, 252, 255, 256, 1275).map((length) => new Uint8Array(length).fill(7)) },
);

/** Any packet that RFC 6716 allows. */
export const anyLayout: fc.Arbitrary<Layout> = fc
  .record({ config: fc.integer({ min: 0, max: 31 }), stereo: fc.boolean(), code: fc.constantFrom(0, 1, 2, 3) })
  .chain(({ config, stereo, code }) => {
    const base = { config, stereo };
    const most = 120 / FRAME_MS[config]!;
    if (code === 0) return frameBytes.map((frame): Layout => ({ ...base, code: 0, frames: [frame] }));
    if (code === 1) return frameBytes.map((frame): Layout => ({ ...base, code: 1, frames: [frame, frame.slice()] }));
    if (code === 2) {
      return fc.tuple(frameBytes, frameBytes).map((frames): Layout => ({ ...base, code: 2, frames }));
    }
    const padding = fc.oneof(
      fc.constant({}),
      fc.integer({ min: 0, max: 800 }).map((bytes) => ({ padding: bytes })),
    );
    const vbr = fc.array(frameBytes, { minLength: 1, maxLength: most });
    const cbr = fc
      .tuple(frameBytes, fc.integer({ min: 1, max: most }))
      .map(([frame, count]) => Array.from({ length: count }, (_, i) => frame.map((byte) => byte ^ i)));
    return fc.oneof(
      fc.tuple(vbr, padding).map(([frames, pad]): Layout => ({ ...base, code: 3, vbr: true, frames, ...pad })),
      fc.tuple(cbr, padding).map(([frames, pad]): Layout => ({ ...base, code: 3, vbr: false, frames, ...pad })),
    );
  });

/** Whole packets with a byte changed, cut, or with bytes appended, and bytes at random. */
export const anyBytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc
    .record({ layout: anyLayout, at: fc.nat(), byte: fc.nat({ max: 255 }), cut: fc.nat(), kind: fc.nat({ max: 2 }) })
    .map(({ layout, at, byte, cut, kind }) => {
      const packet = layOut(layout);
      if (kind === 0) packet[at % packet.length] = byte;
      if (kind === 1) return packet.subarray(0, cut % (packet.length + 1));
      return kind === 2 ? concat([packet, Uint8Array.of(byte, byte)]) : packet;
    }),
);
