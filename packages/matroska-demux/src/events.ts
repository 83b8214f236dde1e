import type { MatroskaBlock } from './block';
import type { MatroskaDamage } from './damage';
import type { MatroskaSegment } from './info';
import type { MatroskaTag } from './tags';
import type { MatroskaTrack } from './track';

/**
 * - `segment`: before all that is in the Segment; with what Info says, if that comes before the first Cluster.
 * - `track`: before its blocks, selected or not.
 * - `block`: of a selected track, in the order of the file.
 * - `tag`: before or behind the blocks.
 * - `end`: the last event. The input ended where an element does (`complete`), or within one (`truncated`).
 */
export type MatroskaEvent =
  | { readonly type: 'segment'; readonly segment: MatroskaSegment }
  | { readonly type: 'track'; readonly track: MatroskaTrack }
  | { readonly type: 'block'; readonly block: MatroskaBlock }
  | { readonly type: 'tag'; readonly tag: MatroskaTag }
  | { readonly type: 'end'; readonly reason: 'complete' | 'truncated' }
  | MatroskaDamage;
