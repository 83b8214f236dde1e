import type { OpusOptions } from '@zarr-audio/opus-codec';
import { UsageError } from './usage';

type Framing = NonNullable<OpusOptions['framing']>;

const WORDS = ['opus-demo', 'self-delimited', 'u16be', 'u16le', 'u32be', 'u32le', 'undelimited'] as const;
/** No packet that a parser takes is longer. */
const MAX_CONSTANT_BYTES = 1_048_576;

/**
 * How packets stand in files without a container: a word, or `constant:N` with N bytes a packet.
 *
 * @throws {UsageError}
 */
export function framingOf(text: string | undefined): Framing | undefined {
  if (text === undefined) return undefined;
  const word = WORDS.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  const constant = /^constant:(\d{1,7})$/.exec(text)?.[1];
  const bytes = Number(constant);
  if (constant !== undefined && bytes >= 1 && bytes <= MAX_CONSTANT_BYTES) return { constant: bytes };
  throw new UsageError(
    `--framing must be one of ${WORDS.join(', ')} or constant:N with N from 1 to ${MAX_CONSTANT_BYTES}, not '${text}'`,
  );
}
