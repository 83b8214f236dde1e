import type { ByteSource } from '@zarr-audio/codec';
import type { NamedBytes } from './subject';

export interface PieceOptions {
  /** Bytes of the next piece. Default: all. */
  readonly size?: () => number;
  /** Called before each piece. */
  readonly onPiece?: (piece: number) => void;
  /** Called when whoever opened the source is done with it. */
  readonly onClose?: () => void;
  /** Does the source say its length? Default: yes. */
  readonly isLengthKnown?: boolean;
}

/** Bytes as a source that gives them in pieces. It does not look at the signal: whoever reads has to. */
export function pieces({ name, bytes }: NamedBytes, options: PieceOptions = {}): ByteSource {
  const { size = () => bytes.length, onPiece, onClose, isLengthKnown = true } = options;
  return {
    name,
    ...(isLengthKnown ? { byteLength: bytes.length } : {}),
    async *open() {
      try {
        let piece = 0;
        for (let at = 0; at < bytes.length; ) {
          onPiece?.(piece++);
          const end = Math.min(bytes.length, at + Math.max(1, size()));
          yield bytes.subarray(at, end);
          at = end;
        }
      } finally {
        onClose?.();
      }
    },
  };
}
