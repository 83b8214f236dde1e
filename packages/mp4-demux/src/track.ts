import type { Box } from './box';
import type { DamageLog } from './damage';
import { type Mp4Edit, presentationOf, readEditList } from './edit-list';
import type { Mp4Track } from './file';
import type { FragmentDefaults } from './fragment';
import { FragmentRuns } from './fragment-runs';
import { addMovieSamples, type SampleBoxes } from './movie-samples';
import { readSampleEntry, type SampleEntry } from './sample-entry';
import { type SampleLimits, SampleTableBuilder } from './sample-table-builder';

type TrackBoxes = SampleBoxes & Partial<Record<'tkhd' | 'elst' | 'mdhd' | 'hdlr' | 'dref' | 'stsd', Box>>;

const PATHS: Readonly<Record<string, readonly string[]>> = {
  trak: ['tkhd', 'edts', 'mdia'],
  edts: ['elst'],
  mdia: ['mdhd', 'hdlr', 'minf'],
  minf: ['dinf', 'stbl'],
  dinf: ['dref'],
  stbl: ['stsd', 'stts', 'stsc', 'stsz', 'stz2', 'stco', 'co64'],
};

/**
 * A track of the movie box: first what it is, and when the input has ended its samples.
 *
 * ```
 * trak
 *   tkhd                  number
 *   edts / elst           edits
 *   mdia
 *     mdhd, hdlr          timescale, language; kind
 *     minf
 *       dinf / dref       where the data lies
 *       stbl              samples
 * ```
 *
 * @see ISO/IEC 14496-12 §8.3 to §8.7
 */
export class TrackDraft {
  readonly id: number;
  readonly kind: Mp4Track['kind'];
  readonly entry: SampleEntry;
  readonly runs = new FragmentRuns();
  defaults: FragmentDefaults = { description: 1, duration: 0, size: 0 };
  readonly #boxes: TrackBoxes;
  readonly #log: DamageLog;
  readonly #timescale: number;
  readonly #language: string | undefined;
  readonly #edits: Mp4Edit[];

  constructor(trak: Box) {
    const boxes: TrackBoxes = {};
    collect(trak, boxes);
    this.id = numberOf(boxes.tkhd);
    this.#log = trak.log.ofTrack(this.id);
    for (const [type, box] of Object.entries(boxes)) boxes[type as keyof TrackBoxes] = box.withLog(this.#log);
    this.#boxes = boxes;
    this.kind = kindOf(boxes.hdlr);
    const { timescale, language } = readMediaHeader(boxes.mdhd, trak.byteOffset, this.#log);
    this.#timescale = timescale;
    this.#language = language;
    this.entry = readSampleEntry(boxes.stsd, this.kind === 'audio');
    this.#edits = readEditList(boxes.elst);
  }

  isForeign(description: number): boolean {
    return this.entry.isForeign(description);
  }

  finish(index: number, movieTimescale: number, limits: SampleLimits): Mp4Track {
    const { id, kind, entry } = this;
    const builder = new SampleTableBuilder(limits, this.#log);
    if (!this.#isExternal()) {
      addMovieSamples(this.#boxes, builder, (description) => this.isForeign(description));
      this.runs.addTo(builder);
    }
    const samples = builder.build();
    const timescales = { track: this.#timescale, movie: movieTimescale };
    const editsAt = this.#boxes.elst?.byteOffset ?? 0;
    const { codec, channels, sampleRateHz, dops, opusHead } = entry;
    return {
      index,
      id,
      kind,
      codec,
      timescale: this.#timescale,
      channels,
      sampleRateHz,
      ...(this.#language !== undefined && { language: this.#language }),
      ...(dops && { dops }),
      ...(opusHead && { opusHead }),
      editList: this.#edits,
      presentation: presentationOf(this.#edits, timescales, samples, this.#log, editsAt),
      samples,
    };
  }

  /** ```dref  version, flags: 4   count: 4   then boxes, whose flag 1 says: in this file``` */
  #isExternal(): boolean {
    const { dref } = this.#boxes;
    if (!dref || dref.byteLength < 8) return false;
    let number = 0;
    for (const box of dref.children(8)) {
      if (++number < this.entry.dataReference) continue;
      // An alias that points nowhere, as old QuickTime writers left it, is flagged as well.
      if (box.byteLength < 4 || (box.flags & 1) === 1) return false;
      this.#log.add('MP4_EXTERNAL_DATA', box.byteOffset, 'the samples lie in another file');
      return true;
    }
    return false;
  }
}

/** The first box of each type that is looked for. No recursion beyond what `PATHS` has. */
function collect(parent: Box, found: TrackBoxes): void {
  const wanted = PATHS[parent.type]!;
  for (const box of parent.children()) {
    if (!wanted.includes(box.type)) continue;
    if (box.type in PATHS) collect(box, found);
    else found[box.type as keyof TrackBoxes] ??= box;
  }
}

/** ```tkhd  version: 1, flags: 3   created, modified: 4 or 8 each   number: 4``` */
function numberOf(tkhd: Box | undefined): number {
  if (!tkhd?.holds(16)) return 0;
  if (tkhd.version !== 1) return tkhd.u32(12);
  return tkhd.holds(24) ? tkhd.u32(20) : 0;
}

/** ```hdlr  version, flags: 4   0: 4   kind: 4``` */
function kindOf(hdlr: Box | undefined): Mp4Track['kind'] {
  const type = hdlr?.holds(12) ? hdlr.type4(8) : '';
  return type === 'soun' ? 'audio' : type === 'vide' ? 'video' : 'other';
}

/**
 * ```
 * mdhd  version: 1, flags: 3   created, modified: 4 or 8 each   timescale: 4   duration: 4 or 8   language: 2
 * ```
 *
 * The language is three letters of 5 bits, less 0x60 each. QuickTime's older codes lie under 0x400: no letters.
 */
function readMediaHeader(mdhd: Box | undefined, trakOffset: number, log: DamageLog) {
  const bytes = mdhd && mdhd.byteLength > 0 && mdhd.version === 1 ? 8 : 4;
  const at = 4 + 2 * bytes;
  const timescale = mdhd?.holds(at + 4 + bytes + 2) ? mdhd.u32(at) : 0;
  if (timescale === 0) {
    log.add('MP4_BAD_BOX', mdhd?.byteOffset ?? trakOffset, 'a track without a timescale, which is taken for 1');
    return { timescale: 1, language: undefined };
  }
  const packed = mdhd!.u16(at + 4 + bytes);
  const letters = String.fromCharCode(...[10, 5, 0].map((shift) => 0x60 + ((packed >>> shift) & 31)));
  const known = /^[a-z]{3}$/.test(letters) && letters !== 'und';
  return { timescale, language: known ? letters : undefined };
}
