/**
 * - `OPUS_BAD_HEAD`: not an OpusHead packet, or one that breaks RFC 7845 §5.1 or RFC 8486.
 * - `OPUS_BAD_TAGS`: not an OpusTags packet, or one whose lengths don't fit into it.
 * - `OPUS_BAD_GAIN`: a comment with an R128 gain that is no whole number of 16 bits, or one too many.
 * - `OPUS_BAD_PICTURE`: a comment with a picture that is no Base64, or whose lengths don't fit into it.
 * - `OPUS_BAD_PACKET`: an audio packet that breaks RFC 6716 §3.4 or appendix B.
 * - `OPUS_BAD_DEMO`: bytes that are not of the framing of `opus_demo`.
 * - `OPUS_BAD_FRAMING`: bytes that are not of another framing: they end within a packet, or one is too large.
 * - `OPUS_UNDELIMITED`: packets of variable size without their lengths, which nobody can tell apart.
 */
export type OpusErrorCode =
  | 'OPUS_BAD_HEAD'
  | 'OPUS_BAD_TAGS'
  | 'OPUS_BAD_GAIN'
  | 'OPUS_BAD_PICTURE'
  | 'OPUS_BAD_PACKET'
  | 'OPUS_BAD_DEMO'
  | 'OPUS_BAD_FRAMING'
  | 'OPUS_UNDELIMITED';

/** A rule of RFC 6716 §3.4; `B`: appendix B (self-delimited); `duration`: streams of one packet differ in length. */
export type OpusPacketRule = 'R1' | 'R2' | 'R3' | 'R4' | 'R5' | 'R6' | 'R7' | 'B' | 'duration';

export interface OpusErrorDetails {
  /** The first field, in the order of the wire, that is wrong: `channels`, `frameCount`, ... */
  readonly field: string;
  /** Where that field begins, in the bytes that were given. */
  readonly byteOffset: number;
  /** The rule that is broken; for `OPUS_BAD_PACKET` only. */
  readonly rule?: OpusPacketRule;
}

/** Bytes that are not what RFC 6716, 7845 or 8486 ask for. */
export class OpusError extends Error {
  override readonly name = 'OpusError';
  readonly code: OpusErrorCode;
  readonly field: string;
  readonly byteOffset: number;
  readonly rule: OpusPacketRule | undefined;

  constructor(code: OpusErrorCode, message: string, details: OpusErrorDetails) {
    super(message);
    this.code = code;
    this.field = details.field;
    this.byteOffset = details.byteOffset;
    this.rule = details.rule;
  }
}

/** Throws `OPUS_BAD_PACKET`; a function of its own keeps hot callers small. */
export function badPacket(rule: OpusPacketRule, field: string, byteOffset: number, message: string): never {
  throw new OpusError('OPUS_BAD_PACKET', `Opus packet: ${message} (${ruleName(rule)})`, { field, byteOffset, rule });
}

function ruleName(rule: OpusPacketRule): string {
  if (rule === 'B') return 'RFC 6716 appendix B';
  if (rule === 'duration') return 'RFC 7845 §5.1.1';
  return `RFC 6716 §3.4 [${rule}]`;
}

/** Throws what is wrong with the framing of packets. */
export function badFraming(code: OpusErrorCode, field: string, byteOffset: number, message: string): never {
  throw new OpusError(code, `Opus packets: ${message}`, { field, byteOffset });
}
