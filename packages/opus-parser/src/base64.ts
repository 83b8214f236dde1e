/** Characters that go into one call of `String.fromCharCode`: engines limit the arguments. */
const STEP = 8190;

/**
 * Standard Base64 with its padding and nothing else in it.
 *
 * @returns undefined if it is something else.
 * @see RFC 4648 §4
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  // A multiple of three: no padding in between.
  for (let at = 0; at < bytes.length; at += STEP) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + STEP)));
  }
  return text;
}
