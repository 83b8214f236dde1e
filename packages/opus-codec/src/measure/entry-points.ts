import { CANDIDATE_SAMPLES } from '@zarr-audio/opus-index';
import { parseOpusTags } from '@zarr-audio/opus-parser';

/** The comment in OpusTags that says how many samples lie between the packets at which our encoder turned prediction off. */
export const ENTRIES_COMMENT = 'ZARR_AUDIO_ENTRIES';

/**
 * 0.24 s, at 48 kHz. A read of 1 s decodes 57 packets, with 0.5 s it would be 64; measuring decodes 2.3 times as many as there are, with 0.2 s
 * it would be 2.6 (docs/format.md has what was measured).
 */
export const ENTRY_SAMPLES = 11_520;
/** 0.2 s: no stream makes measuring take longer than with this. */
const LEAST_SAMPLES = 9600;

/**
 * Samples between the candidates for seek points: what a stream says that we encoded, else 0.5 s.
 *
 * @param tagsPacket  As it lies in the blob. Whatever else it says costs no more than this.
 */
export function candidateSamples(tagsPacket: Uint8Array | undefined): number {
  const said = tagsPacket && commentOf(tagsPacket);
  if (said === undefined || !/^\d{4,5}$/.test(said)) return CANDIDATE_SAMPLES;
  return Math.max(LEAST_SAMPLES, Math.min(Number(said), CANDIDATE_SAMPLES));
}

function commentOf(tagsPacket: Uint8Array): string | undefined {
  try {
    return parseOpusTags(tagsPacket).comments.find(({ key }) => key.toUpperCase() === ENTRIES_COMMENT)?.value;
  } catch {
    // What can't be read says nothing; the ingest has told of it.
    return undefined;
  }
}
