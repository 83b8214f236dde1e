import { CRC_START, crcOf, updateCrc } from './crc';
import type { ReportDamage } from './damage';
import { readEbmlHeader } from './ebml-header';
import { Element } from './element';
import type { MatroskaEvent } from './events';
import { ID } from './ids';
import { DEFAULT_TIMESTAMP_SCALE_NS, type MatroskaInfo, type MatroskaSegment, readInfo } from './info';
import { readTags } from './tags';
import type { TrackTable } from './track-table';

/** Of a file: more is no header. */
export const PAYLOAD_LIMITS: Readonly<Record<number, number>> = {
  [ID.EBML]: 4096,
  [ID.INFO]: 1024 * 1024,
  [ID.TRACKS]: 16 * 1024 * 1024,
  [ID.TAGS]: 16 * 1024 * 1024,
};

const MAX_TAGS = 10_000;
const MAX_TAG_UIDS = 256;
const MAX_WAITING = 16;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** Elements of a Segment that are read whole: to its `segment`, `track` and `tag` events, in that order. */
export class SegmentReader {
  readonly #tracks: TrackTable;
  readonly #report: ReportDamage;
  readonly #out: () => MatroskaEvent[];
  #docType = '';
  #segments = 0;
  #byteOffset = 0;
  #segment: MatroskaSegment | undefined;
  /** Tracks and Tags that stand before Info. */
  #waiting: Element[] = [];

  constructor(tracks: TrackTable, report: ReportDamage, out: () => MatroskaEvent[]) {
    this.#tracks = tracks;
    this.#report = report;
    this.#out = out;
  }

  get timestampScaleNs(): number {
    return this.#segment?.timestampScaleNs ?? DEFAULT_TIMESTAMP_SCALE_NS;
  }

  /** A Segment begins. */
  begin(byteOffset: number): void {
    this.#byteOffset = byteOffset;
    this.#segment = undefined;
    this.#tracks.clear();
    if (this.#docType === '') this.#report('MATROSKA_HEADER_MISSING', 'no EBML header', byteOffset, 0);
  }

  /** Nothing more can be waited for: a Cluster comes, or the end. */
  settle(): void {
    if (!this.#segment) this.#emit({ timestampScaleNs: DEFAULT_TIMESTAMP_SCALE_NS });
  }

  /** @param bytes  Is kept: memory that nobody else writes to. */
  payload(id: number, bytes: Uint8Array, byteOffset: number): void {
    this.#checkCrc(bytes, byteOffset);
    const element = new Element(id, bytes, byteOffset, this.#report);
    if (id === ID.EBML) this.#docType = readEbmlHeader(element);
    else if (id === ID.INFO) this.#readInfo(element);
    else if (this.#segment) this.#read(element);
    else {
      this.#waiting.push(element);
      const waitingBytes = this.#waiting.reduce((sum, one) => sum + one.bytes.length, 0);
      if (this.#waiting.length >= MAX_WAITING || waitingBytes >= MAX_WAITING_BYTES) this.settle();
    }
  }

  #readInfo(element: Element): void {
    const info = readInfo(element);
    if (!this.#segment) {
      this.#emit(info);
      return;
    }
    const { timestampScaleNs } = info;
    if (timestampScaleNs === this.timestampScaleNs) return;
    const details = { expected: this.timestampScaleNs, actual: timestampScaleNs };
    element.damage('MATROSKA_INFO_CHANGED', `a later TimestampScale of ${timestampScaleNs} ns`, details);
  }

  #emit(info: MatroskaInfo): void {
    const docType = this.#docType === '' ? 'matroska' : this.#docType;
    this.#segment = { index: this.#segments++, docType, ...info, byteOffset: this.#byteOffset };
    this.#out().push({ type: 'segment', segment: this.#segment });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const element of waiting) this.#read(element);
  }

  #read(element: Element): void {
    if (element.id === ID.TRACKS) this.#tracks.read(element, this.#out());
    else {
      const tags = readTags(element, { maxTags: MAX_TAGS, maxUids: MAX_TAG_UIDS });
      for (const tag of tags) this.#out().push({ type: 'tag', tag });
    }
  }

  /** A CRC-32 element stands in front of what it covers (RFC 8794 §11.3.1). */
  #checkCrc(bytes: Uint8Array, byteOffset: number): void {
    if (bytes.length < 6 || bytes[0] !== ID.CRC_32 || bytes[1] !== 0x84) return;
    const expected = new DataView(bytes.buffer, bytes.byteOffset).getUint32(2, true);
    const actual = crcOf(updateCrc(CRC_START, bytes, 6, bytes.length));
    if (actual === expected) return;
    this.#report('MATROSKA_CRC_MISMATCH', 'a wrong CRC-32', byteOffset, bytes.length, { expected, actual });
  }
}
