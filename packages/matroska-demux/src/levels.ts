import { ID } from './ids';

/** What is open: each level lies within the one above. */
export enum Level {
  File,
  Segment,
  Cluster,
  Group,
}

const TOP: readonly number[] = [ID.EBML, ID.SEGMENT];

/** Children of a Segment. All have IDs of 4 bytes. */
const SEGMENT_CHILDREN: readonly number[] = [
  ID.CLUSTER,
  ID.INFO,
  ID.TRACKS,
  ID.TAGS,
  ID.CUES,
  ID.SEEK_HEAD,
  ID.CHAPTERS,
  ID.ATTACHMENTS,
];

/** The level that an element of this ID belongs to, if it is one that ends what is open below. */
export function levelOf(id: number): Level.File | Level.Segment | undefined {
  if (id < 0x10000000) return undefined;
  if (SEGMENT_CHILDREN.includes(id)) return Level.Segment;
  return TOP.includes(id) ? Level.File : undefined;
}

/** Fields of a Cluster or BlockGroup that are read. */
export function isField(level: Level, id: number): boolean {
  if (level === Level.Cluster) return id === ID.TIMESTAMP;
  return id === ID.BLOCK_DURATION || id === ID.DISCARD_PADDING || id === ID.REFERENCE_BLOCK;
}

/** Does what belongs into a Cluster show that the BlockGroup has ended? No element of a group has such an ID. */
export function endsGroup(id: number): boolean {
  return id === ID.SIMPLE_BLOCK || id === ID.BLOCK_GROUP || id === ID.TIMESTAMP;
}

/** Children of a Cluster or Segment that are passed over, known to be what they are. */
export function isPassedOver(level: Level, id: number): boolean {
  if (id === ID.VOID || id === ID.CRC_32) return true;
  if (level === Level.Cluster) return id === ID.POSITION || id === ID.PREV_SIZE || id === ID.SILENT_TRACKS;
  // Whatever else stands in a BlockGroup says nothing of the frames.
  return level === Level.Group || id === ID.SIGNATURE_SLOT;
}
