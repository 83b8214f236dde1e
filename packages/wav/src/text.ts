/** One character a byte: FourCCs and the like. */
export function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** Text up to the first NUL: UTF-8, or else the code page that Windows programs write. */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeWhole(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The same of all bytes, NULs too. */
export function decodeWhole(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}
