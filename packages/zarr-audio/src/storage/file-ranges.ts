import { closeSync, constants, fstat, fstatSync, open, openSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import type { ByteRange } from './storage';

/** From here on the file's size is asked for before a buffer is made. */
const LARGE_RANGE_BYTES = 2 ** 22;
/** What is longer is worth its way to a thread. */
const SHORT_RANGE_BYTES = 2 ** 18;
/** A read that takes longer was none from memory; */
const SLOW_MS = 1;
/** but one alone may have met the garbage collector. */
const SLOW_READS = 2;
/** So many reads go to threads then, before the next is tried here. */
const READS_ON_THREADS = 64;
/** A pipe in the place of a file does not hold us up. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const openFile = promisify(open);
const statFile = promisify(fstat);
const readFrom = promisify(read);

/**
 * Reads ranges of files.
 *
 * What lies in the system's memory is there in 20 us, while each step that a thread does for us costs up to 0.3 ms of
 * waiting, opening and reading one each: a quarter of a read of 1 s of sound. So short ranges are read at once, as long as that
 * is quick; where it is not (a cold disk, a network), threads do it, but for a try now and then.
 *
 * By descriptor, for a FileHandle costs more in itself and as garbage. Files are opened for each read: keeping them open saves 20 us, and files that were replaced would stay in sight.
 */
export class FileRanges {
  #onThreads = 0;
  /** One after the other, until now. */
  #slowReads = 0;

  /** @returns The bytes of the range that exist. @throws what the system says. */
  async read(path: string, range: ByteRange): Promise<Uint8Array> {
    if (this.#onThreads === 0) {
      const bytes = this.#tryHere(path, range);
      if (bytes) return bytes;
    } else {
      this.#onThreads--;
    }
    return readOnThread(path, range);
  }

  #tryHere(path: string, range: ByteRange): Uint8Array | undefined {
    const begun = performance.now();
    try {
      return readHere(path, range);
    } finally {
      this.#slowReads = performance.now() - begun > SLOW_MS ? this.#slowReads + 1 : 0;
      if (this.#slowReads >= SLOW_READS) this.#onThreads = READS_ON_THREADS;
    }
  }
}

/** Undefined for a range that is long in this file. */
function readHere(path: string, range: ByteRange): Uint8Array | undefined {
  const descriptor = openSync(path, FLAGS);
  try {
    const { offset, length } = within(range, fstatSync(descriptor).size);
    if (length > SHORT_RANGE_BYTES) return undefined;
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const count = readSync(descriptor, bytes, filled, length - filled, offset + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  } finally {
    closeSync(descriptor);
  }
}

async function readOnThread(path: string, range: ByteRange): Promise<Uint8Array> {
  const descriptor = await openFile(path, FLAGS);
  try {
    const { offset, length } = known(range) ?? within(range, (await statFile(descriptor)).size);
    const bytes = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await readFrom(descriptor, bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    // Nothing was written, so there is nothing to wait for.
    closeSync(descriptor);
  }
}

type Stretch = Extract<ByteRange, { offset: number }>;

/** The range, if the file's size need not be known for it. */
function known(range: ByteRange): Stretch | undefined {
  return 'suffixLength' in range || range.length > LARGE_RANGE_BYTES ? undefined : range;
}

function within(range: ByteRange, size: number): Stretch {
  const wanted = 'suffixLength' in range ? range.suffixLength : range.length;
  const offset = 'suffixLength' in range ? Math.max(0, size - wanted) : range.offset;
  return { offset, length: Math.max(0, Math.min(wanted, size - offset)) };
}
