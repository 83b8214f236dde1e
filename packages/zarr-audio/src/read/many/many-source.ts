import type { PcmBlock, TaskRunner } from '@zarr-audio/codec';
import type { BlockSource } from '../pcm-blocks';
import type { SampleRange } from './sample-range';

/** What reads of many ranges need of a recording. */
export interface ManySource extends BlockSource {
  /** Where decoding is done; here, if left out. */
  readonly tasks: TaskRunner | undefined;
  /** @throws {SampleRangeError} */
  check(range: SampleRange): SampleRange;
  /** One range by itself, as `Recording.read` does it. */
  readAlone(range: SampleRange, signal: AbortSignal): Promise<PcmBlock>;
}
