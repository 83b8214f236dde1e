import { Md5 } from './md5';

/**
 * The MD5 of STREAMINFO, of samples as they come: interleaved, little-endian, signed, as many bytes as the bits take.
 *
 * @see RFC 9639 §8.2
 */
export class AudioMd5 {
  readonly #md5 = new Md5();
  readonly #width: number;

  constructor(bitsPerSample: number) {
    this.#width = Math.ceil(bitsPerSample / 8);
  }

  /** @param samples  Right-aligned. */
  update(samples: Int16Array | Int32Array): void {
    const width = this.#width;
    const bytes = new Uint8Array(samples.length * width);
    for (let i = 0, at = 0; i < samples.length; i++) {
      const sample = samples[i]!;
      for (let shift = 0; shift < 8 * width; shift += 8) bytes[at++] = sample >> shift;
    }
    this.#md5.update(bytes);
  }

  /** The 16 bytes; nothing can be added any more. */
  digest(): Uint8Array {
    return this.#md5.digest();
  }
}

/** As attributes of a recording have it. */
export function md5Text(md5: Uint8Array): string {
  return Array.from(md5, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
