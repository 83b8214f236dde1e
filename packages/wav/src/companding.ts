/** The 16-bit value of each A-law byte (ITU-T G.711, table 1; every second bit is inverted). */
export const ALAW = table((byte) => {
  const code = byte ^ 0x55;
  const exponent = (code >> 4) & 7;
  const mantissa = ((code & 15) << 4) + 8;
  const magnitude = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return code & 0x80 ? magnitude : -magnitude;
});

/** The 16-bit value of each mu-law byte (ITU-T G.711, table 2; all bits are inverted). */
export const MULAW = table((byte) => {
  const code = ~byte;
  const magnitude = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84;
  return code & 0x80 ? -magnitude : magnitude;
});

function table(value: (byte: number) => number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, byte) => value(byte));
}
