import type { Gap, Repair } from '@zarr-audio/codec';
import { OpusCodecError } from '../errors';

/** What the granule position of one page says. */
export interface PageTiming {
  /** Samples that are missing before the first packet of the page. */
  readonly gap: number;
  /** Samples that are to be dropped at the end, if this is the last page. */
  readonly endTrim: number;
}

/** A jump of the granule position over this is taken for a wrong value, not for a hole: a year. */
const LONGEST_GAP = 48_000 * 86_400 * 366;

/** With more holes than this the attributes of the recording would be too long to open. */
const MAX_GAPS = 100_000;

/** More repairs than this are not listed one by one: attributes stay short. */
const MAX_REPAIRS = 1000;

/**
 * Follows the granule positions of one Opus stream, page by page, and compares them with what its packets hold.
 *
 * A granule position is the sample at which the last packet that ends on the page ends (RFC 7845 §4). The first page
 * may begin anywhere (a live capture); from then on every page has to continue; the last may say less than its packets
 * hold, which trims the end (§4.4). Everything else is repaired and noted.
 */
export class GranuleTimeline {
  /** Samples at 48 kHz so far, holes included, from the first packet. */
  samples = 0;
  /** Granule position of the first packet's start: 0 unless the stream was captured while it ran. */
  offset = 0;
  /** Does every granule position hold together with the packets? */
  sound = true;
  readonly gaps: Gap[] = [];
  readonly repairs: Repair[] = [];
  #started = false;
  #deficit = 0;
  #deficitAt = 0;
  #omitted = 0;

  /**
   * The next page on which packets end, or an empty last page.
   *
   * @param granulePosition  -1n where the page has none.
   * @param samples          That the page's packets decode to.
   * @param isEmpty          No packet ends on the page.
   */
  page(granulePosition: bigint, samples: number, isEmpty: boolean, byteOffset: number): PageTiming {
    this.#settleDeficit();
    const granule = Number(granulePosition);
    if (granulePosition < 0n || !Number.isSafeInteger(granule)) {
      if (!isEmpty) this.repair('OPUS_GRANULE_MISSING', byteOffset, 0);
      this.samples += samples;
      return { gap: 0, endTrim: 0 };
    }
    if (!this.#started && !isEmpty) {
      this.#started = true;
      return this.#first(granule, samples, byteOffset);
    }
    const difference = granule - (this.offset + this.samples + samples);
    if (difference > 0) {
      if (isEmpty || difference > LONGEST_GAP) {
        this.repair('OPUS_GRANULE_WRONG', byteOffset, difference);
        this.samples += samples;
        return { gap: 0, endTrim: 0 };
      }
      this.samples += difference;
      if (this.gaps.length === MAX_GAPS) {
        const message = `the stream has over ${MAX_GAPS} holes; re-encode it, so that silence is packets`;
        throw new OpusCodecError('OPUS_TOO_MANY_GAPS', message, { byteOffset });
      }
      this.gaps.push({ end: this.samples, samples: difference });
      // A hole is what a jump means: the source is told to have one, and can be kept with it.
      this.note('OPUS_GAP', byteOffset, difference);
    } else if (difference < 0) {
      this.#deficit = -difference;
      this.#deficitAt = byteOffset;
    }
    this.samples += samples;
    return { gap: Math.max(0, difference), endTrim: this.#deficit };
  }

  /** A thing that was mended; the granule positions (or more) of the source can't be kept as they are. */
  repair(code: string, byteOffset: number, samples: number): void {
    this.sound = false;
    this.note(code, byteOffset, samples);
  }

  /** A thing that is worth telling and changes nothing. */
  note(code: string, byteOffset: number, samples: number): void {
    if (this.repairs.length < MAX_REPAIRS) this.repairs.push({ code, byteOffset, samples });
    else this.#omitted++;
  }

  /** @returns Samples that the last page trims from the end. */
  finish(): number {
    let endTrim = this.#deficit;
    if (endTrim > 0 && endTrim >= this.samples) {
      // An end that leaves nothing is no end trim.
      this.repair('OPUS_GRANULE_WRONG', this.#deficitAt, endTrim);
      endTrim = 0;
    }
    if (this.#omitted > 0) {
      this.repairs.push({ code: 'REPAIRS_OMITTED', byteOffset: this.repairs.at(-1)!.byteOffset, samples: 0 });
    }
    return endTrim;
  }

  #first(granule: number, samples: number, byteOffset: number): PageTiming {
    // Pages before it may have had no granule position.
    this.samples += samples;
    if (granule >= this.samples) {
      this.offset = granule - this.samples;
      return { gap: 0, endTrim: 0 };
    }
    // On an only page this trims the end; with pages to follow it is an error of the source (RFC 7845 §4.5).
    this.#deficit = this.samples - granule;
    this.#deficitAt = byteOffset;
    return { gap: 0, endTrim: this.#deficit };
  }

  /** A page that said less than its packets hold was not the last: its granule position was wrong. */
  #settleDeficit(): void {
    if (this.#deficit === 0) return;
    this.repair('OPUS_GRANULE_DECREASED', this.#deficitAt, this.#deficit);
    this.#deficit = 0;
  }
}
