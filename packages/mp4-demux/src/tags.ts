import type { Box } from './box';

const MAX_TAGS = 1000;
/** Types of data in an item: text, or text in the older form. */
const UTF_8 = 1;

/**
 * Simple text that the file says of itself.
 *
 * ```
 * udta
 *   meta                  version, flags: 4 (not in QuickTime)
 *     keys                names, numbered from 1
 *     ilst
 *       (tag or number)   one item
 *         mean, name      of a tag '----': version, flags: 4, text
 *         data            type: 4 (1 is UTF-8), locale: 4, value
 *   (©...)                QuickTime: length: 2, language: 2, text
 * ```
 *
 * Keys are the box types (`©nam`), names of `keys`, or for `----` what `mean` and `name` say, with a colon in between. The
 * first of equal keys is kept; at most 1,000.
 *
 * @see QuickTime File Format, Metadata; User Data
 */
export function readTags(movie: Box): Record<string, string> {
  const tags: Record<string, string> = Object.create(null);
  let count = 0;
  const set = (key: string, value: string) => {
    if (key in tags || count >= MAX_TAGS) return;
    tags[key] = value;
    count++;
  };
  for (const box of movie.children()) {
    if (box.type === 'meta') readMeta(box, set);
    else if (box.type === 'udta') readUserData(box, set);
  }
  return tags;
}

type SetTag = (key: string, value: string) => void;

function readUserData(udta: Box, set: SetTag): void {
  for (const box of udta.children()) {
    if (box.type === 'meta') readMeta(box, set);
    else if (box.type.startsWith('©') && box.byteLength >= 4) {
      const end = 4 + box.u16(0);
      // Language codes under 0x400 are of the Macintosh, whose text is in encodings of its own.
      if (end <= box.byteLength && box.u16(2) >= 0x400) set(box.type, text(box.payload.subarray(4, end)));
    }
  }
}

function readMeta(meta: Box, set: SetTag): void {
  // QuickTime's begins with a box at once: then four letters stand at 4, where a full box has the size of a box.
  const isFull = meta.byteLength < 8 || !/^[\w©-]{4}$/.test(meta.type4(4));
  let ilst: Box | undefined;
  const names: string[] = [];
  for (const box of meta.children(isFull ? 4 : 0)) {
    if (box.type === 'ilst') ilst ??= box;
    else if (box.type === 'keys' && box.holds(8)) {
      for (const key of box.children(8)) if (names.push(text(key.payload)) >= MAX_TAGS) break;
    }
  }
  if (ilst) for (const item of ilst.children()) readItem(item, names, set);
}

function readItem(item: Box, names: readonly string[], set: SetTag): void {
  let value: string | undefined;
  const parts: string[] = [];
  for (const box of item.children()) {
    if (box.type === 'data' && box.byteLength >= 8 && box.u32(0) === UTF_8) value ??= text(box.payload.subarray(8));
    else if ((box.type === 'mean' || box.type === 'name') && box.byteLength >= 4)
      parts.push(text(box.payload.subarray(4)));
  }
  if (value === undefined) return;
  const key = item.type === '----' ? parts.join(':') : (names[numberOf(item.type) - 1] ?? item.type);
  set(key, value);
}

/** The four characters as a number: what an item has for a type where its name stands in `keys`. */
function numberOf(type: string): number {
  let number = 0;
  for (let i = 0; i < 4; i++) number = number * 256 + type.charCodeAt(i);
  return number;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
