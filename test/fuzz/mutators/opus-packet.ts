import { pick, type Random } from '../harness/random';
import { joined } from '../harness/smaller';

/** One Opus packet: its TOC, its frame count, its lengths and padding, or any of its bytes, changed. */
export function mutateOpusPacket(packet: Uint8Array, next: Random): Uint8Array {
  const bytes = packet.slice();
  if (bytes.length === 0) return Uint8Array.of(next(256), next(256));
  const rest = bytes.subarray(1);
  const padding = pick(next, [0, 1, 254, 255, 256, next(600)]);
  switch (next(11)) {
    case 0:
      bytes[0] = next(256);
      return bytes;
    case 1:
      bytes[0] = (bytes[0]! & 0xfc) | next(4);
      return bytes;
    case 2:
      // Code 3 with any count byte before what there is.
      return joined([Uint8Array.of(bytes[0]! | 3, next(256)), rest]);
    case 3: {
      // Padding as RFC 6716 §3.2.5 writes it, with its bytes or without.
      const lengths = [...new Array<number>(Math.floor(padding / 254)).fill(255), padding % 254];
      const header = Uint8Array.of(bytes[0]! | 3, 0x40 | (1 + next(6)), ...lengths);
      return joined([header, rest, new Uint8Array(next(4) === 0 ? next(padding + 2) : padding)]);
    }
    case 4: {
      // Frames with a length each.
      const count = 1 + next(8);
      const lengths = Array.from({ length: count }, () => pick(next, [0, 1, 251, 252, 255, next(60)]));
      return joined([Uint8Array.of(bytes[0]! | 3, 0x80 | count, ...lengths), rest]);
    }
    case 5:
      if (bytes.length > 1) bytes[1] = next(256);
      return bytes;
    case 6:
      return bytes.slice(0, next(bytes.length + 1));
    case 7:
      return joined([bytes, Uint8Array.from({ length: next(1400) }, () => next(256))]);
    case 8:
      return new Uint8Array(0);
    case 9:
      return bytes.slice(0, 1);
    default:
      bytes[next(bytes.length)]! ^= 1 << next(8);
      return bytes;
  }
}
