import type { BitReader } from './bit-reader';

/** Up to it a code of usual length lies in the 25 bits that one load gives. */
const MAX_SHORT_PARAMETER = 16;

/**
 * The coded residual of a subframe.
 *
 * ```text
 * 2 method (0: parameters of 4 bits, 1: of 5) | 4 partition order | partitions
 * partition: parameter | Rice codes,  or  parameter of ones | 5 width | numbers of that width
 * ```
 *
 * @param out    Residuals are written to `[order, blockSize)`: the samples before come in another way.
 * @throws {FlacError} `FLAC_FRAME_DAMAGED`
 * @see RFC 9639 §9.2.7
 */
export function decodeResidual(reader: BitReader, out: Int32Array, order: number, blockSize: number): void {
  const method = reader.read(2);
  if (method > 1) reader.fail('residual', `residual coding method ${method} is reserved`);
  const parameterBits = 4 + method;
  const escapeCode = (1 << parameterBits) - 1;
  const partitionOrder = reader.read(4);
  const partitionSize = blockSize >>> partitionOrder;
  if (partitionSize << partitionOrder !== blockSize || partitionSize < order) {
    reader.fail('residual', `${2 ** partitionOrder} partitions can't hold ${blockSize} samples`);
  }
  let from = order;
  for (let to = partitionSize; to <= blockSize; to += partitionSize) {
    const parameter = reader.read(parameterBits);
    if (parameter === escapeCode) decodeEscaped(reader, out, from, to);
    else if (parameter <= MAX_SHORT_PARAMETER) decodeShortCodes(reader, out, from, to, parameter);
    else decodeLongCodes(reader, out, from, to, parameter);
    from = to;
  }
}

/** Numbers of a fixed width, 0 to 31 bits. §9.2.7.1 */
function decodeEscaped(reader: BitReader, out: Int32Array, from: number, to: number): void {
  const bits = reader.read(5);
  reader.need(bits * (to - from));
  if (bits === 0) out.fill(0, from, to);
  else for (let i = from; i < to; i++) out[i] = reader.readSigned(bits);
}

/**
 * Rice codes: a number of zeros, a one, `k` bits; together `zeros * 2^k + bits`, of which the lowest bit is the sign. §9.2.7.2
 *
 * Where a code ends is not looked up before it is read: the zeros behind the bytes end every run on the slow way.
 */
function decodeShortCodes(reader: BitReader, out: Int32Array, from: number, to: number, k: number): void {
  const { view } = reader;
  const maxZeros = 24 - k;
  const shift = 31 - k;
  const one = 1 << k;
  let position = reader.position;
  for (let i = from; i < to; i++) {
    const word = view.getInt32(position >>> 3) << (position & 7);
    const zeros = Math.clz32(word);
    if (zeros <= maxZeros) {
      position += zeros + k + 1;
      const value = (zeros << k) - one + ((word << zeros) >>> shift);
      out[i] = (value >>> 1) ^ -(value & 1);
    } else {
      reader.position = position;
      out[i] = readRice(reader, k);
      position = reader.position;
    }
  }
  reader.position = position;
  reader.need(0);
}

/** The same with `k` up to 30: what follows the zeros takes a load of its own. */
function decodeLongCodes(reader: BitReader, out: Int32Array, from: number, to: number, k: number): void {
  const { view } = reader;
  if (k > 24) {
    for (let i = from; i < to; i++) out[i] = readRice(reader, k);
    return;
  }
  let position = reader.position;
  const one = 1 << k;
  for (let i = from; i < to; i++) {
    const zeros = Math.clz32(view.getInt32(position >>> 3) << (position & 7));
    if (zeros < 32 - k && zeros < 25) {
      position += zeros;
      const word = view.getInt32(position >>> 3) << (position & 7);
      position += k + 1;
      const value = (zeros << k) - one + (word >>> (31 - k));
      out[i] = (value >>> 1) ^ -(value & 1);
    } else {
      reader.position = position;
      out[i] = readRice(reader, k);
      position = reader.position;
    }
  }
  reader.position = position;
  reader.need(0);
}

function readRice(reader: BitReader, k: number): number {
  const zeros = reader.readUnary();
  if (zeros >= 2 ** (32 - k)) reader.fail('residual', 'a residual takes over 32 bits');
  const low = reader.readLong(k);
  const value = zeros * 2 ** k + low;
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
