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
    return decodeWindows1252(bytes);
  }
}

/** 0x80 to 0x9F; all else is as in Unicode. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** As TextDecoder has it in browsers; several versions of Node take it for Latin-1. */
export function decodeWindows1252(bytes: Uint8Array): string {
  return new TextDecoder('latin1')
    .decode(bytes)
    .replace(/[\x80-\x9f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80]!);
}
