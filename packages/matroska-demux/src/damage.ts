import type { MatroskaTrack } from './track';

/**
 * Structure:
 * - `MATROSKA_TRUNCATED`: the input ends inside an element; a block that is cut is dropped.
 * - `MATROSKA_GARBAGE`: bytes that are no element; reading goes on at the next Cluster (or other element of a Segment).
 * - `MATROSKA_SIZE_OVER_PARENT`: an element claims to go on behind the end of the one that it is in.
 * - `MATROSKA_BAD_SIZE`: a size that can't be: absurd, unknown where that isn't allowed, a Segment, Cluster or BlockGroup that
 *   runs into what follows it.
 * - `MATROSKA_ELEMENT_TOO_LARGE`: an EBML header, Info, Tracks or Tags over its limit (`expected`), skipped.
 * - `MATROSKA_UNKNOWN_ELEMENT`: an element that has no place in a Segment or Cluster, skipped.
 * - `MATROSKA_TOO_DEEP`: tags within tags over the limit, or below a name that is too long, ignored.
 * - `MATROSKA_CRC_MISMATCH`: a CRC-32 is wrong (`expected`, `actual`); what the element holds is given all the same.
 *
 * Headers:
 * - `MATROSKA_HEADER_MISSING`: a Segment without an EBML header, or what belongs into a Segment without one.
 * - `MATROSKA_UNKNOWN_DOC_TYPE`: a DocType other than `webm` and `matroska`; read as Matroska.
 * - `MATROSKA_UNSUPPORTED_VERSION`: made for later readers (`expected`: at most, `actual`); read as far as that goes.
 * - `MATROSKA_BAD_VALUE`: a field that can't be read or can't be, taken for absent.
 * - `MATROSKA_INFO_CHANGED`: a later Info with another TimestampScale, ignored.
 * - `MATROSKA_BAD_TRACK`: a TrackEntry without a number, or with that of another; ignored.
 * - `MATROSKA_TRACK_CHANGED`: Tracks again, and not the same; it becomes a new track.
 * - `MATROSKA_TOO_MANY_TRACKS`: tracks over `maxTracks`, ignored.
 * - `MATROSKA_TOO_MANY_TAGS`: tags over the limit, ignored.
 * - `MATROSKA_TRACK_ENCODED`: frames are compressed or encrypted: the track gives no blocks. Or an EncryptedBlock, skipped.
 *
 * Blocks:
 * - `MATROSKA_UNKNOWN_TRACK`: a block of a track that is not known, dropped; told once a track number and Segment.
 * - `MATROSKA_BAD_BLOCK`: a block shorter than its header, a BlockGroup without one or with several.
 * - `MATROSKA_BAD_LACING`: lacing sizes that don't fit the block, which is dropped.
 * - `MATROSKA_FRAME_TOO_LARGE`: a block over `maxFrameBytes`, skipped.
 * - `MATROSKA_NO_TIMESTAMP`: a block before the Timestamp of its Cluster, dropped.
 * - `MATROSKA_TIME_OVERFLOW`: a time past 2^53 - 1 ns; the block is dropped.
 */
export type MatroskaDamageCode =
  | 'MATROSKA_TRUNCATED'
  | 'MATROSKA_GARBAGE'
  | 'MATROSKA_SIZE_OVER_PARENT'
  | 'MATROSKA_BAD_SIZE'
  | 'MATROSKA_ELEMENT_TOO_LARGE'
  | 'MATROSKA_UNKNOWN_ELEMENT'
  | 'MATROSKA_TOO_DEEP'
  | 'MATROSKA_CRC_MISMATCH'
  | 'MATROSKA_HEADER_MISSING'
  | 'MATROSKA_UNKNOWN_DOC_TYPE'
  | 'MATROSKA_UNSUPPORTED_VERSION'
  | 'MATROSKA_BAD_VALUE'
  | 'MATROSKA_INFO_CHANGED'
  | 'MATROSKA_BAD_TRACK'
  | 'MATROSKA_TRACK_CHANGED'
  | 'MATROSKA_TOO_MANY_TRACKS'
  | 'MATROSKA_TOO_MANY_TAGS'
  | 'MATROSKA_TRACK_ENCODED'
  | 'MATROSKA_UNKNOWN_TRACK'
  | 'MATROSKA_BAD_BLOCK'
  | 'MATROSKA_BAD_LACING'
  | 'MATROSKA_FRAME_TOO_LARGE'
  | 'MATROSKA_NO_TIMESTAMP'
  | 'MATROSKA_TIME_OVERFLOW';

/** Something that is wrong with the input. What is sound before and behind it is handed out. */
export interface MatroskaDamage {
  readonly type: 'damage';
  readonly code: MatroskaDamageCode;
  readonly message: string;
  /** Where in the input. */
  readonly byteOffset: number;
  /** Bytes that it concerns, or that are dropped because of it. */
  readonly byteLength: number;
  /** The track that it belongs to, where that is known. */
  readonly track?: MatroskaTrack;
  readonly expected?: number;
  readonly actual?: number;
}

export interface DamageDetails {
  readonly track?: MatroskaTrack;
  readonly expected?: number;
  readonly actual?: number;
}

/** Takes note of damage. */
export type ReportDamage = (
  code: MatroskaDamageCode,
  what: string,
  byteOffset: number,
  byteLength: number,
  details?: DamageDetails,
) => void;
