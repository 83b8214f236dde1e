import type { MetadataFields } from './pcm';
import { decodeWhole } from './text';

/** Bounds for hostile files. */
const MAX_DEPTH = 32;
const MAX_FIELDS = 10_000;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * The texts of an `iXML` chunk: the content of each element that holds no other, by the names on the way to it (`BWFXML` left
 * out): `SPEED/FILE_SAMPLE_RATE`. Of elements of one path the first counts; attributes, comments and declarations say nothing,
 * entities of a DTD are not resolved. XML that is not well-formed gives what stands before the defect.
 *
 * @see iXML specification 3.01; XML 1.0 §2, §4.6
 */
export function parseIxml(body: Uint8Array): MetadataFields {
  const xml = decodeWhole(body);
  const fields = new Map<string, string>();
  const path: string[] = [];
  let content = '';
  let isLeaf = false;
  for (let at = 0; at < xml.length && fields.size < MAX_FIELDS; ) {
    const open = xml.indexOf('<', at);
    if (open < 0) break;
    if (isLeaf) content += unescapeXml(xml.slice(at, open));
    if (xml.startsWith('<![CDATA[', open)) {
      const end = xml.indexOf(']]>', open);
      if (end < 0) break;
      if (isLeaf) content += xml.slice(open + 9, end);
      at = end + 3;
      continue;
    }
    const isComment = xml.startsWith('<!--', open);
    const close = xml.indexOf(isComment ? '-->' : '>', open);
    if (close < 0) break;
    at = close + (isComment ? 3 : 1);
    const mark = xml[open + 1];
    if (mark === '!' || mark === '?') continue;
    if (mark === '/') {
      const name = elementName(xml.slice(open + 2, close));
      if (path.pop() !== name) break;
      const key = [...path.slice(1), name].join('/');
      if (isLeaf && content.trim() !== '' && !fields.has(key)) fields.set(key, content.trim());
      isLeaf = false;
    } else if (xml[close - 1] !== '/') {
      if (path.length === MAX_DEPTH) break;
      path.push(elementName(xml.slice(open + 1, close)));
      isLeaf = true;
      content = '';
    } else {
      isLeaf = false;
    }
  }
  return Object.fromEntries(fields);
}

/** The name at the start of a tag; one of over 256 characters is cut. */
function elementName(tag: string): string {
  return /^[^\s/>]{0,256}/.exec(tag)![0];
}

function unescapeXml(text: string): string {
  return text.replace(/&(#x[0-9a-f]{1,6}|#\d{1,7}|[a-z]{1,8});/gi, (whole, name: string) => {
    if (name[0] !== '#') return ENTITIES[name] ?? whole;
    const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
