// Makes src/backends/vector-data.ts: node packages/opus-codec/test/backends/record-vector.mjs
// The sound is synthetic (pulses through formants, and noise), so that nobody has rights in it; the packets are those
// of libopus 1.3.1 in @discordjs/opus 0.10.0. The hash is of what that decodes on x86-64.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { OpusEncoder } = createRequire(import.meta.url)('@discordjs/opus');
const GAINS = [0, 256, -300, 3000, -1111, 777];
const MODE = { silk: 1000, hybrid: 1001, celt: 1002 };
const LISTS = [
  { channels: 2, mode: MODE.celt, bitrate: 40_000, frame: 960, packets: 10 },
  { channels: 1, mode: MODE.silk, bitrate: 12_000, frame: 2880, packets: 3 },
  { channels: 1, mode: MODE.hybrid, bitrate: 24_000, frame: 960, packets: 8 },
];

function sound(frames, channels) {
  const pcm = new Int16Array(frames * channels);
  let seed = 1;
  const noise = () => (seed = (Math.imul(seed, 1664525) + 1013904223) | 0) / 2 ** 31;
  const formants = [700, 1220, 2600, 9000].map((hz) => ({ w: (2 * Math.PI * hz) / 48000, y1: 0, y2: 0 }));
  let phase = 0;
  for (let i = 0; i < frames; i++) {
    phase += (110 + 30 * Math.sin(i / 3000)) / 48000;
    const pulse = phase >= 1 ? 1 : 0;
    phase %= 1;
    let sum = 0;
    for (const f of formants) {
      const y = pulse + 0.02 * noise() + 2 * 0.985 * Math.cos(f.w) * f.y1 - 0.985 ** 2 * f.y2;
      f.y2 = f.y1;
      f.y1 = y;
      sum += y;
    }
    for (let c = 0; c < channels; c++) {
      const side = c === 0 ? 0 : 0.2 * Math.sin((2 * Math.PI * i * (500 + i / 20)) / 48000);
      pcm[i * channels + c] = Math.max(-32768, Math.min(32767, 9000 * (sum + side)));
    }
  }
  return pcm;
}

function encode({ channels, mode, bitrate, frame, packets }) {
  const encoder = new OpusEncoder(48000, channels);
  encoder.applyEncoderCTL(4002, bitrate);
  encoder.applyEncoderCTL(11002, mode);
  const skip = 5;
  const pcm = sound((packets + skip) * frame, channels);
  const bytes = [];
  for (let i = 0; i < packets + skip; i++) {
    const part = pcm.subarray(i * frame * channels, (i + 1) * frame * channels);
    const packet = encoder.encode(Buffer.from(part.buffer, part.byteOffset, part.byteLength));
    if (packet.length > 255) throw new Error('a packet is too long for one byte of length');
    if (i >= skip) bytes.push(Buffer.from([packet.length]), packet);
  }
  return Buffer.concat(bytes);
}

function hashOf(lists) {
  let hash = 0xcbf29ce484222325n;
  for (const { channels, bytes } of lists) {
    const decoder = new OpusEncoder(48000, channels);
    for (const gain of GAINS) {
      decoder.applyDecoderCTL(4034, gain);
      for (let at = 0; at < bytes.length; at += 1 + bytes[at]) {
        for (const byte of decoder.decode(bytes.subarray(at + 1, at + 1 + bytes[at]))) {
          hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
        }
      }
    }
  }
  return hash.toString(16).padStart(16, '0');
}

const lists = LISTS.map((list) => ({ channels: list.channels, bytes: encode(list) }));
const literal = (text) =>
  text
    .match(/.{1,108}/g)
    .map((line) => `      '${line}'`)
    .join(' +\n');
const source = `/** Written by test/backends/record-vector.mjs. */

/** FNV-1a of 64 bits over the decoded samples. */
export const VECTOR_HASH = '${hashOf(lists)}';

/** In 1/256 dB; one pass over a list for each. */
export const VECTOR_GAINS_Q8: readonly number[] = [${GAINS.join(', ')}];

/** Base64; before each packet its length in one byte. CELT stereo, SILK mono (60 ms), hybrid mono. */
export const VECTOR_PACKETS: readonly { readonly channels: 1 | 2; readonly packets: string }[] = [
${lists.map(({ channels, bytes }) => `  {\n    channels: ${channels},\n    packets:\n${literal(bytes.toString('base64'))},\n  },`).join('\n')}
];
`;
writeFileSync(new URL('../../src/backends/vector-data.ts', import.meta.url), source);
for (const { bytes } of lists) console.log(bytes.length, 'bytes, first TOC', bytes[1].toString(2).padStart(8, '0'));
