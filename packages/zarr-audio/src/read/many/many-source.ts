import type { PcmBlock, SampleType, TaskRunner } from '@zarr-audio/codec';
import type { BlockSource } from '../pcm-blocks';
import type { SampleRange } from './sample-range';

/** What reads of many ranges need of a recording. */
export interface ManySource extends BlockSource {
  /** Where decoding is done; here, if left out. */
  readonly tasks: TaskRunner | undefined;
  /**
   * The range, its start being 0 and its end that of the recording where it has none.
   *
   * @throws {SampleRangeError}
   */
  check(range: Partial<SampleRange>): SampleRange;
  /** One range by itself, as `Recording.read` does it. */
  readAlone(range: SampleRange, type: SampleType, signal: AbortSignal): Promise<PcmBlock>;
}
