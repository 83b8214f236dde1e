import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeOpusTags, encodePicture, keepsBinaryTail, parseOpusTags, parsePicture, r128Gains } from '../src';
import { hex } from './fixture-files';
import { unlessRefused } from './opus-errors';

const script = fileURLToPath(new URL('./opusfile.py', import.meta.url));

interface PictureAnswer {
  type: number;
  mimeType: string;
  description: string;
  numbers: number[];
  data: string;
  format: number;
}

interface TagsAnswer {
  vendor: string;
  comments: string[];
  kept: string | null;
  track: number | null;
  album: number | null;
}

/** Asks the libopusfile of this machine, through python3; throws if there is none. */
function ask<T>(question: object): T {
  const input = `${JSON.stringify(question)}\n`;
  return JSON.parse(execFileSync('python3', [script], { input, encoding: 'utf8', maxBuffer: 2 ** 28 })) as T;
}

const utf8 = (text: string): string => hex(new TextEncoder().encode(text));
const ascii = fc.string({ maxLength: 12, unit: fc.constantFrom(...'abc-/=>é父') });

const anyPicture = fc
  .record({
    type: fc.nat({ max: 20 }),
    mimeType: fc.oneof(fc.constantFrom('image/png', 'image/jpeg', '-->', 'image/', ''), ascii),
    description: ascii,
    sizes: fc.constantFrom(
      { width: 0, height: 0, depth: 0, colors: 0 },
      { width: 640, height: 480, depth: 24, colors: 0 },
      { width: 1, height: 2, depth: 3, colors: 4 },
      { width: 0, height: 1, depth: 2, colors: 3 },
    ),
    data: fc.uint8Array({ maxLength: 20 }),
  })
  .map(({ sizes, ...others }) => encodePicture({ ...others, ...sizes }));

/** A character changed, cut off or put in, and blocks with a byte changed. */
const anyValue = fc.oneof(
  anyPicture,
  fc
    .tuple(anyPicture, fc.nat(), fc.constantFrom(...'A/+=_ \nz9é'), fc.nat({ max: 2 }))
    .map(([value, at, letter, kind]) => {
      const place = at % (value.length + 1);
      if (kind === 0) return value.slice(0, place);
      return value.slice(0, place) + letter + value.slice(place + (kind === 1 ? 1 : 0));
    }),
  fc.tuple(anyPicture, fc.nat(), fc.nat({ max: 255 }), fc.nat()).map(([value, at, byte, cut]) => {
    const block = Buffer.from(value, 'base64');
    block[at % Math.min(block.length, 48)] = byte;
    return block.subarray(0, cut % 3 ? block.length : cut % block.length).toString('base64');
  }),
);

it('libopusfile takes the pictures that parsePicture does, with the same fields', () => {
  const values = fc.sample(anyValue, 5000);
  const answers = ask<(PictureAnswer | null)[]>({ pictures: values });
  let taken = 0;
  let stricter = 0;
  values.forEach((value, i) => {
    const picture = unlessRefused(() => parsePicture(value));
    const answer = answers[i]!;
    if (!picture) {
      expect({ value, answer }).toEqual({ value, answer: null });
      return;
    }
    const { type, mimeType, description, width, height, depth, colors, data } = picture;
    if (answer === null) {
      // It wants all of the sizes or none, and a 32x32 PNG as type 1.
      const partly = (width || height || depth || colors) && !(width && height && depth);
      expect({ value, because: type === 1 || Boolean(partly) }).toEqual({ value, because: true });
      stricter++;
      return;
    }
    taken++;
    expect([answer.type, answer.data]).toEqual([type, hex(data)]);
    // Its strings end at the first NUL, and it puts in the place of the sizes what it finds in the picture.
    if (answer.format <= 0) expect(answer.numbers).toEqual([width, height, depth, colors]);
    if (!/[\0\ufffd]/.test(mimeType + description)) {
      expect([answer.mimeType, answer.description]).toEqual([utf8(mimeType), utf8(description)]);
    }
  });
  expect(taken).toBeGreaterThan(1000);
  expect(stricter).toBeLessThan(taken);
});

/** It ends strings there. */
function upToNul(raw: Uint8Array): string {
  const end = raw.indexOf(0);
  return hex(end < 0 ? raw : raw.subarray(0, end));
}

const gain = fc.oneof(
  fc.integer({ min: -40_000, max: 40_000 }).map(String),
  fc.constantFrom('+7', '-0', '007', '32767', '32768', '-32768', '-32769', '1.5', ' 1', '1 ', 'x', '99999999999999'),
);
const key = fc.constantFrom('R128_TRACK_GAIN', 'R128_ALBUM_GAIN', 'r128_track_gain', 'R128_TRACK_GAINS', 'A');
const bytes = fc.uint8Array({ maxLength: 6 });
const anyTags = fc
  .record({
    vendor: ascii,
    comments: fc.array(
      fc.oneof(
        fc.record({ key, value: gain }),
        bytes.filter((raw) => !raw.includes(0)).map((raw) => ({ key: '', value: '', raw })),
      ),
      { maxLength: 6 },
    ),
    binaryTail: fc.uint8Array({ maxLength: 4 }),
  })
  .map((tags) => encodeOpusTags(tags));
const anyTagsPacket = fc.oneof(
  anyTags,
  fc.tuple(anyTags, fc.nat(), fc.nat({ max: 255 }), fc.boolean()).map(([packet, at, byte, cut]) => {
    const place = at % packet.length;
    return cut ? packet.slice(0, place) : packet.with(place, byte);
  }),
);

it('libopusfile takes the tags that parseOpusTags does, with the same comments, gains and tail', () => {
  const packets = fc.sample(anyTagsPacket, 5000);
  const answers = ask<(TagsAnswer | null)[]>({ tags: packets.map(hex) });
  let gains = 0;
  packets.forEach((packet, i) => {
    const tags = unlessRefused(() => parseOpusTags(packet));
    const answer = answers[i]!;
    expect({ packet: hex(packet), taken: tags !== undefined }).toEqual({ packet: hex(packet), taken: answer !== null });
    if (!tags || !answer) return;
    const { vendor, vendorRaw, comments, binaryTail } = tags;
    const encode = (text: string) => new TextEncoder().encode(text);
    expect(answer.comments).toEqual(comments.map(({ key, value, raw }) => upToNul(raw ?? encode(`${key}=${value}`))));
    expect(answer.vendor).toBe(upToNul(vendorRaw ?? encode(vendor)));
    expect(answer.kept).toBe(keepsBinaryTail(tags) ? hex(binaryTail) : null);
    // It takes a gain without digits for 0.
    if (comments.some(({ value }) => /\0|^[+-]?$/.test(value))) return;
    const { trackGainQ8 = null, albumGainQ8 = null } = r128Gains(tags);
    expect({ packet: hex(packet), gains: [trackGainQ8, albumGainQ8] }).toEqual({
      packet: hex(packet),
      gains: [answer.track, answer.album],
    });
    if (trackGainQ8 !== null) gains++;
  });
  expect(gains).toBeGreaterThan(500);
  expect(answers.filter((answer) => answer === null).length).toBeGreaterThan(500);
});
