import type { Element } from './element';
import { ID } from './ids';

/** What was done to the frames of a track, and can be undone: bytes that stand before each. */
export interface ContentEncodings {
  /** Stand before every frame. */
  readonly framePrefix: Uint8Array;
  /** Stand before CodecPrivate. */
  readonly privatePrefix: Uint8Array;
  /** What can't be undone. */
  readonly unsupported?: string;
}

const ALGORITHMS = ['zlib', 'bzlib', 'lzo1x'];
const HEADER_STRIPPING = 3;
const IN_FRAMES = 1;
const IN_PRIVATE = 2;

interface Encoding {
  order: number;
  scope: number;
  prefix: Uint8Array;
  unsupported?: string;
}

/**
 *     ContentEncodings 6D80
 *       ContentEncoding 6240
 *         ContentEncodingOrder 5031, ContentEncodingScope 5032 (1: frames, 2: CodecPrivate), ContentEncodingType 5033
 *         ContentCompression 5034
 *           ContentCompAlgo 4254 (0 zlib, 1 bzlib, 2 lzo1x, 3 header stripping), ContentCompSettings 4255 (the header)
 *
 * @see RFC 9559 §5.1.4.1.31
 */
export function readContentEncodings(element: Element): ContentEncodings {
  const encodings: Encoding[] = [];
  for (const child of element.children()) if (child.id === ID.CONTENT_ENCODING) encodings.push(readEncoding(child));
  // The lowest order was done first, so that it is undone last and its bytes stand in front.
  encodings.sort((a, b) => a.order - b.order);
  const prefixOf = (scope: number) => join(encodings.filter((one) => one.scope & scope).map(({ prefix }) => prefix));
  const bad = encodings.find(({ unsupported }) => unsupported !== undefined)?.unsupported;
  return {
    framePrefix: prefixOf(IN_FRAMES),
    privatePrefix: prefixOf(IN_PRIVATE),
    ...(bad === undefined ? {} : { unsupported: bad }),
  };
}

function readEncoding(element: Element): Encoding {
  const encoding: Encoding = { order: 0, scope: IN_FRAMES, prefix: new Uint8Array(0) };
  let type = 0;
  let compression: Element | undefined;
  for (const child of element.children()) {
    if (child.id === ID.CONTENT_ENCODING_ORDER) encoding.order = child.uint() ?? 0;
    else if (child.id === ID.CONTENT_ENCODING_SCOPE) encoding.scope = child.uint() ?? IN_FRAMES;
    else if (child.id === ID.CONTENT_ENCODING_TYPE) type = child.uint() ?? -1;
    else if (child.id === ID.CONTENT_COMPRESSION) compression = child;
  }
  if (type === 1) return { ...encoding, unsupported: 'encryption' };
  if (type !== 0) return { ...encoding, unsupported: `encoding of type ${type}` };
  // zlib is what stands for nothing said (RFC 9559 §5.1.4.1.31.6).
  let algorithm: number | undefined = 0;
  for (const child of compression?.children() ?? []) {
    if (child.id === ID.CONTENT_COMP_ALGO) algorithm = child.uint();
    else if (child.id === ID.CONTENT_COMP_SETTINGS) encoding.prefix = child.bytes;
  }
  if (algorithm === HEADER_STRIPPING) return encoding;
  const unsupported = ALGORITHMS[algorithm ?? -1] ?? `compression of type ${algorithm}`;
  return { ...encoding, prefix: new Uint8Array(0), unsupported };
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
