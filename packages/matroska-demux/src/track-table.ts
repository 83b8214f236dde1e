import type { ReportDamage } from './damage';
import type { Element } from './element';
import type { MatroskaEvent } from './events';
import { ID } from './ids';
import type { MatroskaTrack } from './track';
import { readTrackEntry, type TrackEntry } from './track-entry';

/** A track, and what becomes of its blocks. */
export interface KnownTrack {
  readonly track: MatroskaTrack;
  /** Its blocks are wanted, and can be read. */
  readonly gives: boolean;
  readonly framePrefix: Uint8Array;
}

export interface TrackTableOptions {
  readonly maxTracks: number;
  readonly selects: (track: MatroskaTrack) => boolean;
}

/** The tracks of a Segment, by number. */
export class TrackTable {
  readonly #options: TrackTableOptions;
  readonly #report: ReportDamage;
  readonly #entries = new Map<number, TrackEntry & KnownTrack>();
  /** Numbers that were reported to be unknown. */
  readonly #unknown = new Set<number>();
  #next = 0;

  constructor(options: TrackTableOptions, report: ReportDamage) {
    this.#options = options;
    this.#report = report;
  }

  /** A Segment begins: it has tracks of its own. */
  clear(): void {
    this.#entries.clear();
    this.#unknown.clear();
  }

  get(number: number): KnownTrack | undefined {
    return this.#entries.get(number);
  }

  /**
   * Takes what Tracks holds.
   *
   *     Tracks 1654AE6B: TrackEntry AE, TrackEntry, ...
   */
  read(tracks: Element, out: MatroskaEvent[]): void {
    const seen = new Set<number>();
    for (const child of tracks.children()) {
      if (child.id !== ID.TRACK_ENTRY) continue;
      if (seen.size >= this.#options.maxTracks) {
        const { maxTracks } = this.#options;
        child.damage('MATROSKA_TOO_MANY_TRACKS', `more than ${maxTracks} tracks`, { expected: maxTracks });
        return;
      }
      this.#add(child, seen, out);
    }
  }

  #add(element: Element, seen: Set<number>, out: MatroskaEvent[]): void {
    const entry = readTrackEntry(element, this.#next);
    if (!entry) return;
    const { track, encodings, bytes } = entry;
    const { number } = track;
    if (seen.has(number)) {
      element.damage('MATROSKA_BAD_TRACK', `track number ${number} twice`);
      return;
    }
    seen.add(number);
    const before = this.#entries.get(number);
    if (before && isEqual(before.bytes, bytes)) return;
    if (!before && this.#entries.size >= this.#options.maxTracks) {
      const { maxTracks } = this.#options;
      element.damage('MATROSKA_TOO_MANY_TRACKS', `more than ${maxTracks} tracks`, { expected: maxTracks });
      return;
    }
    if (before) element.damage('MATROSKA_TRACK_CHANGED', `track number ${number} is another one now`, { track });
    this.#next++;
    const gives = encodings.unsupported === undefined && this.#options.selects(track);
    this.#entries.set(number, { ...entry, gives, framePrefix: encodings.framePrefix });
    out.push({ type: 'track', track });
  }

  /** A block of a track that is not here. */
  reportUnknown(number: number, byteOffset: number, byteLength: number): void {
    if (this.#unknown.has(number) || this.#unknown.size >= this.#options.maxTracks) return;
    this.#unknown.add(number);
    this.#report(
      'MATROSKA_UNKNOWN_TRACK',
      `a block of track number ${number}, which there isn't`,
      byteOffset,
      byteLength,
      {
        actual: number,
      },
    );
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
