import type { ByteSource } from '@zarr-audio/codec';
import type { NamedBytes } from './subject';

export interface PieceOptions {
  /** Bytes of the next piece. Default: all. */
  readonly size?: () => number;
  readonly onOpen?: () => void;
  /** Called before each piece. */
  readonly onPiece?: (piece: number) => void;
  /** Called when whoever opened the source is done with it. */
  readonly onClose?: () => void;
  /** Does the source say its length? Default: yes. */
  readonly isLengthKnown?: boolean;
}

/** Bytes as a source that gives them in pieces, as a file does: aborted, it gives no more. */
export function pieces({ name, bytes }: NamedBytes, options: PieceOptions = {}): ByteSource {
  const { size = () => bytes.length, onOpen, onPiece, onClose, isLengthKnown = true } = options;
  return {
    name,
    ...(isLengthKnown ? { byteLength: bytes.length } : {}),
    async *open({ signal } = {}) {
      onOpen?.();
      try {
        let piece = 0;
        for (let at = 0; at < bytes.length; ) {
          signal?.throwIfAborted();
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
