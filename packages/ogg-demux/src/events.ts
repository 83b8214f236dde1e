import type { OggPagePackets } from './page-packets';

/** One logical stream: a BOS page and what follows it under its serial. */
export interface OggStream {
  /** Number of the logical stream in the input, from 0. */
  readonly index: number;
  /** Number of the link of the chain that it belongs to, from 0; multiplexed streams share one. */
  readonly link: number;
  /** In [0, 2^32). Links of a chain may repeat it. */
  readonly serial: number;
  /** Offset of its BOS page in the input. */
  readonly byteOffset: number;
  /** The packet on its BOS page, which says what the stream is; a copy. Missing if no packet ends there. */
  readonly firstPacket?: Uint8Array;
}

/**
 * - `OGG_CRC_MISMATCH`: a page with a wrong checksum (`expected`: that of its bytes; `actual`: the one it carries).
 * - `OGG_GARBAGE`: bytes that are no page.
 * - `OGG_TRUNCATED_PAGE`: the input ends inside a page.
 * - `OGG_BAD_VERSION`: a page with a right checksum of an unknown version (`actual`).
 * - `OGG_SEQUENCE_GAP`: the page number is not the next one (`expected`, `actual`; `order` says what happened).
 * - `OGG_PACKET_INCOMPLETE`: a packet over several pages lost a part.
 * - `OGG_PACKET_TOO_LARGE`: a packet over several pages passed `maxPacketBytes`.
 * - `OGG_UNKNOWN_STREAM`: a page of a serial that had no BOS page in this link.
 * - `OGG_PAGE_AFTER_EOS`: a page of a stream that has ended (dropped, or the first of those kept: see `afterEos`).
 * - `OGG_UNEXPECTED_BOS`: the BOS flag on a later page of a stream; the flag is ignored.
 * - `OGG_TOO_MANY_STREAMS`: a BOS page beyond `maxStreams` in one link.
 */
export type OggDamageCode =
  | 'OGG_CRC_MISMATCH'
  | 'OGG_GARBAGE'
  | 'OGG_TRUNCATED_PAGE'
  | 'OGG_BAD_VERSION'
  | 'OGG_SEQUENCE_GAP'
  | 'OGG_PACKET_INCOMPLETE'
  | 'OGG_PACKET_TOO_LARGE'
  | 'OGG_UNKNOWN_STREAM'
  | 'OGG_PAGE_AFTER_EOS'
  | 'OGG_UNEXPECTED_BOS'
  | 'OGG_TOO_MANY_STREAMS';

/** Something that is wrong with the input. What is sound before and behind it is handed out all the same. */
export interface OggDamage {
  readonly type: 'damage';
  readonly code: OggDamageCode;
  readonly message: string;
  /** Where in the input. */
  readonly byteOffset: number;
  /** Bytes of the input that are dropped because of it, from `byteOffset` on; of a packet: its bytes without headers. */
  readonly byteLength: number;
  /** The stream it belongs to, where that is known; for damaged pages as their header says, unverified. */
  readonly stream?: OggStream;
  readonly expected?: number;
  readonly actual?: number;
  /**
   * Of `OGG_SEQUENCE_GAP`. `lost`: pages are missing before this one. `doubled`: the page equals one of the last 64 of
   * its stream, and is dropped. `late`: an earlier number, handed out where it stands.
   */
  readonly order?: 'lost' | 'doubled' | 'late';
}

/** Why a stream ended: its EOS page; a new link without one; the end of the input without one. */
export type OggEndReason = 'eos' | 'replaced' | 'input';

export type OggEvent =
  | { readonly type: 'stream'; readonly stream: OggStream }
  | { readonly type: 'page'; readonly packets: OggPagePackets }
  | { readonly type: 'end'; readonly stream: OggStream; readonly reason: OggEndReason }
  | OggDamage;
