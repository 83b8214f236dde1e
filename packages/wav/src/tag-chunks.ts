/** The names that ffmpeg gives to the items of a LIST INFO chunk; others keep their four letters. */
const INFO_NAMES: Readonly<Record<string, string>> = {
  IART: 'artist',
  ICMT: 'comment',
  ICOP: 'copyright',
  ICRD: 'date',
  IGNR: 'genre',
  ILNG: 'language',
  INAM: 'title',
  IPRD: 'album',
  IPRT: 'track',
  ITRK: 'track',
  ISFT: 'encoder',
  ISMP: 'timecode',
  ITCH: 'encoded_by',
};

/** Texts of fixed width at the start of a `bext` chunk, with ffmpeg's names (EBU Tech 3285 §2.3). */
const BEXT_TEXTS = [
  [0, 256, 'comment'],
  [256, 32, 'encoded_by'],
  [288, 32, 'originator_reference'],
  [320, 10, 'date'],
  [330, 8, 'creation_time'],
] as const;
const BEXT_TIME_REFERENCE = 338;
const BEXT_BYTES = 602;

/** Adds the items of a LIST chunk to the tags, if it is one of type INFO. An item that is cut short gives what is there. */
export function readInfo(body: Uint8Array, littleEndian: boolean, tags: Record<string, string>): void {
  if (ascii(body.subarray(0, 4)) !== 'INFO') return;
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let at = 4;
  while (at + 8 <= body.byteLength) {
    const id = ascii(body.subarray(at, at + 4));
    const byteLength = view.getUint32(at + 4, littleEndian);
    const text = decodeText(body.subarray(at + 8, at + 8 + byteLength));
    if (text !== '' && /^[\x20-\x7e]{4}$/.test(id)) tags[INFO_NAMES[id] ?? id] = text;
    at += 8 + byteLength + (byteLength % 2);
  }
}

/** Adds what a `bext` chunk says of who recorded, when. */
export function readBext(body: Uint8Array, littleEndian: boolean, tags: Record<string, string>): void {
  if (body.byteLength < BEXT_BYTES) return;
  for (const [at, byteLength, name] of BEXT_TEXTS) {
    const text = decodeText(body.subarray(at, at + byteLength));
    if (text !== '') tags[name] = text;
  }
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  tags.time_reference = view.getBigUint64(BEXT_TIME_REFERENCE, littleEndian).toString();
  const history = decodeText(body.subarray(BEXT_BYTES));
  if (history !== '') tags.coding_history = history;
}

export function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Text up to the first NUL: UTF-8, or else the code page that Windows programs write. */
function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text);
  } catch {
    return new TextDecoder('windows-1252').decode(text);
  }
}
