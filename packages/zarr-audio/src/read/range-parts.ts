import type { Codec, StreamDescription } from '@zarr-audio/codec';
import type { RowChunks } from '@zarr-audio/packet-index';
import type { BlobReader } from '../arrays/index';

/** What a read needs of a recording. */
export interface RangeParts {
  readonly codec: Codec;
  readonly description: StreamDescription;
  readonly blob: BlobReader;
  readonly index: RowChunks;
  readonly seekPoints: RowChunks | undefined;
  /** The seek points were measured for what the codec decodes to: by the attributes of their array. */
  readonly isMeasured: boolean;
}
