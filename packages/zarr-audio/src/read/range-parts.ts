import type { Codec, Gap, PacketDecoder, StreamDescription } from '@zarr-audio/codec';
import type { RowChunks } from '@zarr-audio/packet-index';
import type { BlobReader } from '../arrays/index';

/** Who decodes, as far as a plan depends on it. */
export type PlannedDecoder = Pick<PacketDecoder, 'backend' | 'exact'>;

/** What a read needs of a recording. */
export interface RangeParts {
  readonly codec: Codec;
  readonly description: StreamDescription;
  readonly blob: BlobReader;
  /** Mends itself where it can (`RecoverableIndex`). */
  readonly index: RowChunks;
  readonly seekPoints: RowChunks | undefined;
  /** Holes in the count of the index. */
  readonly gaps: readonly Gap[];
  /** Whether the seek points' measurements hold for a decoder: only then may it run on across a row. */
  isMeasuredFor(decoder: PlannedDecoder): boolean;
  /** What may be needed next is fetched together with what is: each request costs a round trip. */
  readonly readsAhead: boolean;
}
