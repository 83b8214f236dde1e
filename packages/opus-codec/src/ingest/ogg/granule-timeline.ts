import { LONGEST_GAP, type StreamTimeline } from '../stream-timeline';

/** What one page says of itself. */
export interface PageClaim {
  /** Granule position: the sample at which the last packet that ends on the page ends; -1n where it has none. */
  readonly granulePosition: bigint;
  /** Packets that end on the page, and what they decode to at 48 kHz. */
  readonly packets: number;
  readonly samples: number;
  readonly eos: boolean;
  readonly byteOffset: number;
}

/**
 * Follows the granule positions of one Opus stream, page by page, and compares them with what its packets hold.
 *
 * The first page may begin anywhere (a live capture); from then on every page has to continue; the last may say less
 * than its packets hold, which trims the end (RFC 7845 §4.4). Otherwise the packets are believed, and one granule position
 * is not: two pages that agree are. So
 *
 * - a jump up is a hole if the next page goes on from there (or there is none), else a wrong value;
 * - a page that says too little, and another that says too little by as much, have moved the count. If the first page
 *   begins it, its first samples lie before 0 and are not heard: a start trim (RFC 7845 §4.5 forbids it, it is found).
 */
export class GranuleTimeline {
  readonly #timeline: StreamTimeline;
  /** Granule position at which the first packet begins. */
  #offset = 0;
  #firstPageAt = 0;
  /** Pages with packets and a granule position, so far. */
  #pages = 0;
  #deficit = 0;
  #deficitAt = 0;
  /** A page that claims to begin later than the one before ends. */
  #jump: { readonly claim: PageClaim; readonly lead: number } | undefined;

  constructor(timeline: StreamTimeline) {
    this.#timeline = timeline;
  }

  /**
   * The next page on which packets end, or an empty last page.
   *
   * @returns Samples that are missing before its first packet; undefined if only the page after it can tell: then
   *   `settle` has to be called first of all with that.
   */
  page(claim: PageClaim): number | undefined {
    const { packets, samples, byteOffset } = claim;
    const granule = granuleOf(claim);
    if (granule === undefined) {
      this.#dropDeficit();
      if (packets > 0) this.#timeline.repair('OPUS_GRANULE_MISSING', byteOffset, 0);
      this.#timeline.add(packets, samples);
      return 0;
    }
    if (packets > 0) this.#pages++;
    if (this.#pages === 1 && packets > 0) {
      this.#begin(granule, claim);
      return 0;
    }
    const lead = this.#judgeDeficit(claim, granule - (this.#offset + this.#timeline.samples + samples));
    if (lead > 0 && packets > 0) {
      this.#jump = { claim, lead };
      return undefined;
    }
    if (lead > 0) this.#timeline.repair('OPUS_GRANULE_WRONG', byteOffset, lead);
    else if (lead < 0) this.#fallShort(-lead, byteOffset);
    this.#timeline.add(packets, samples);
    return 0;
  }

  /**
   * What the page that `page` left open turned out to be.
   *
   * @param next  The page after it; undefined at the end of the stream.
   * @returns Samples that are missing before its first packet.
   */
  settle(next: PageClaim | undefined): number {
    const { claim, lead } = this.#jump!;
    this.#jump = undefined;
    const isMoved = this.#goesOn(claim, lead, next);
    const gap = isMoved && lead <= LONGEST_GAP ? lead : 0;
    if (gap > 0) {
      this.#timeline.gap(gap, claim.byteOffset);
    } else {
      if (isMoved) this.#offset += lead;
      this.#timeline.repair('OPUS_GRANULE_WRONG', claim.byteOffset, lead);
    }
    this.#timeline.add(claim.packets, claim.samples);
    return gap;
  }

  /** The stream has ended, and nothing is left to settle. */
  finish(): void {
    const timeline = this.#timeline;
    if (this.#deficit > 0 && this.#deficit >= timeline.samples) {
      // An end that leaves nothing is no end trim.
      timeline.repair('OPUS_GRANULE_WRONG', this.#deficitAt, this.#deficit);
    } else {
      timeline.endTrim = this.#deficit;
    }
    if (timeline.firstGranule > 0) {
      timeline.note('OPUS_STARTS_LATE', this.#firstPageAt, timeline.firstGranule);
    }
  }

  #begin(granule: number, { packets, samples, byteOffset }: PageClaim): void {
    const timeline = this.#timeline;
    this.#firstPageAt = byteOffset;
    // Pages before it may have had no granule position.
    timeline.add(packets, samples);
    if (granule < timeline.samples) {
      this.#fallShort(timeline.samples - granule, byteOffset);
      return;
    }
    this.#offset = granule - timeline.samples;
    timeline.firstGranule = this.#offset;
  }

  #fallShort(deficit: number, byteOffset: number): void {
    this.#deficit = deficit;
    this.#deficitAt = byteOffset;
  }

  /** A page said less than its packets hold, and was not the last. @returns How far ahead the page after it is. */
  #judgeDeficit({ packets }: PageClaim, lead: number): number {
    const deficit = this.#deficit;
    if (deficit === 0 || lead !== -deficit) {
      this.#dropDeficit();
      return lead;
    }
    // An empty last page says it again.
    if (packets === 0) return lead;
    this.#moveBack(deficit);
    return 0;
  }

  /** Two pages agree that the count is too high by `samples`. */
  #moveBack(samples: number): void {
    const timeline = this.#timeline;
    this.#deficit = 0;
    this.#offset -= samples;
    if (this.#deficitAt === this.#firstPageAt) {
      timeline.startTrim = samples;
      timeline.repair('OPUS_START_TRIM', this.#deficitAt, samples);
    } else if (this.#pages <= 3 && this.#offset >= 0) {
      // The first page is alone with what it says.
      timeline.firstGranule = this.#offset;
      timeline.repair('OPUS_GRANULE_WRONG', this.#firstPageAt, samples);
    } else {
      timeline.repair('OPUS_GRANULE_DECREASED', this.#deficitAt, samples);
    }
  }

  #dropDeficit(): void {
    if (this.#deficit === 0) return;
    this.#timeline.repair('OPUS_GRANULE_DECREASED', this.#deficitAt, this.#deficit);
    this.#deficit = 0;
  }

  #goesOn(claim: PageClaim, lead: number, next: PageClaim | undefined): boolean {
    const granule = next && granuleOf(next);
    if (granule === undefined) return lead <= LONGEST_GAP;
    const claimed = Number(claim.granulePosition);
    if (granule >= claimed + next!.samples) return true;
    // A last page may trim the end, unless it is just where it were without the jump.
    return next!.eos && granule >= claimed && granule !== claimed - lead + next!.samples;
  }
}

/** Undefined for a page without one, and for a number that no stream can reach. */
function granuleOf({ granulePosition }: PageClaim): number | undefined {
  if (granulePosition < 0n) return undefined;
  const granule = Number(granulePosition);
  return Number.isSafeInteger(granule) ? granule : undefined;
}
