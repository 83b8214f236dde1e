import { type ByteSource, type Codec, readHead } from '@zarr-audio/codec';
import { referenceCodec } from '../../src/reference-codec';
import { type BrokenCodec, deviating, through } from './deviations';

type Search = NonNullable<Codec['search']>;

/** The reference codec as one that knows a file when it has seen all of it. */
export function searchingCodec(change: (search: Search) => Search = (search) => search): Codec {
  return deviating(referenceCodec(), ({ probe }) => {
    const search: Search = async (source, { signal } = {}) => {
      let byteLength = 0;
      for await (const bytes of source.open({ signal })) {
        signal?.throwIfAborted();
        byteLength += bytes.length;
      }
      return byteLength > 0 && probe(await readHead(source, byteLength, signal)) === true;
    };
    return { probe: () => undefined, search: change(search) };
  });
}

/** A source that nobody closes. */
const unclosed = (source: ByteSource) =>
  through(source, (pieces) => ({
    [Symbol.asyncIterator]: () => {
      const iterator = pieces[Symbol.asyncIterator]();
      return { next: () => iterator.next() };
    },
  }));

export const BROKEN_SEARCHES: readonly BrokenCodec[] = [
  {
    name: 'searches on when it is aborted',
    law: 'abort',
    make: () => searchingCodec((search) => (source) => search(source)),
  },
  {
    name: 'is aborted, and says that it found nothing',
    law: 'abort',
    make: () => searchingCodec((search) => (source, options) => search(source, options).catch(() => false)),
  },
  {
    name: 'leaves a source open that it has searched',
    law: 'abort',
    make: () => searchingCodec((search) => (source, options) => search(unclosed(source), options)),
  },
];
