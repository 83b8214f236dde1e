/** Sound that encoders treat in every way: silence, tones, noise, full scale, low bits that are never used. Interleaved, right-aligned. */
export function sound(frames: number, channels: number, bits: number): Int32Array {
  const samples = new Int32Array(frames * channels);
  const full = 2 ** (bits - 1);
  let seed = 12_345;
  const noise = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0;
    return seed / 2 ** 31;
  };
  const kinds: readonly ((i: number, channel: number) => number)[] = [
    () => 0,
    (i, channel) => 0.6 * Math.sin(i * 0.03 * (1 + channel)) + 0.001 * noise(),
    (i) => 0.9 * Math.sin(i * 0.011) * Math.sin(i * 0.0007),
    () => noise(),
    (i) => (i % 200 < 100 ? 1 : -1),
    (i, channel) => Math.round(8 * Math.sin(i * 0.05 + channel)) / 16,
    () => -0.37,
    (i, channel) => (i % 37 === 0 ? (channel % 2 ? -1 : 1) : 0.0001 * noise()),
  ];
  const stretch = Math.ceil(frames / kinds.length);
  for (let i = 0; i < frames; i++) {
    for (let channel = 0; channel < channels; channel++) {
      const value = Math.round(full * kinds[Math.floor(i / stretch)]!(i, channel));
      samples[i * channels + channel] = Math.max(-full, Math.min(full - 1, value));
    }
  }
  return samples;
}

/** As raw samples: little-endian, signed, as many bytes as the bits take. */
export function rawSamples(samples: Int32Array, bits: number): Buffer {
  const bytes = Math.ceil(bits / 8);
  const raw = Buffer.alloc(samples.length * bytes);
  for (const [i, sample] of samples.entries()) raw.writeIntLE(sample, i * bytes, bytes);
  return raw;
}
