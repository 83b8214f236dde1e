/*
 * The inner loop of the resampler as WebAssembly with 128-bit SIMD, put together from its instructions here: a
 * dot product of 32-bit floats runs 4 to 5 times as fast as in JavaScript, and so little code (850 bytes) needs no compiler.
 *
 *   (func (param $input $output $count $table $rowBytes $phase $step $advance $phases i32) (param $scale f64)
 *     loop                                          ;; one sample of output
 *       row := $table + $rowBytes * $phase          ;; `dot`: the phase has a row of its own
 *       row := $table + $rowBytes * trunc(u)        ;; `dotBetween`: u = $phase * $scale lies between two rows
 *       sums[0..3] := 0
 *       loop  sums[j] += input[..] * row[..]        ;; 16 taps a turn
 *       output[0] := sum of the 16 lanes;  $output += 4
 *       $input += $advance;  $phase += $step
 *       if ($phase >= $phases)  $phase -= $phases, $input += 4
 *     while (--$count)
 *
 * Opcodes: WebAssembly Core Specification 2.0, §5.4 (binary format, instructions).
 */

/** Taps that one turn of the inner loop takes: rows are multiples of it. */
export const TAPS_PER_TURN = 16;

const I32 = 0x7f;
const F64 = 0x7c;
const V128 = 0x7b;

/** Unsigned LEB128. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

const get = (local: number) => [0x20, ...leb(local)];
const set = (local: number) => [0x21, ...leb(local)];
/** `i32.const` of a constant in [0, 127]: signed LEB128 takes a second byte from 64 on. */
const i32 = (value: number) => (value < 64 ? [0x41, value] : [0x41, value | 0x80, 0]);
const simd = (opcode: number, ...immediate: number[]) => [0xfd, ...leb(opcode), ...immediate];
const loadVector = (byteOffset: number) => simd(0x00, 2, ...leb(byteOffset));

const ADD = 0x6a;
const SUB = 0x6b;
const MUL = 0x6c;
const GE_U = 0x4f;
const LT_U = 0x49;
const LOOP = [0x03, 0x40];
const IF = [0x04, 0x40];
const END = 0x0b;
const brIf = (depth: number) => [0x0d, depth];
const VECTOR_ADD = simd(0xe4);
const VECTOR_SUB = simd(0xe5);
const VECTOR_MUL = simd(0xe6);
const ZERO = simd(0x0c, ...new Array<number>(16).fill(0));

// Parameters, then locals, by their numbers.
const [INPUT, OUTPUT, COUNT, TABLE, ROW_BYTES, PHASE, STEP, ADVANCE, PHASES, SCALE] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
] as const;
const [ROW, ROW_END, AT, U, WEIGHT, SUM, NEXT] = [10, 11, 12, 13, 14, 15, 19] as const;
const LOCALS = [
  [3, I32],
  [1, F64],
  [5, V128],
  [1, I32],
] as const;

const increase = (local: number, by: number[]) => [...get(local), ...by, ADD, ...set(local)];

function body(between: boolean): number[] {
  const row = between
    ? [
        ...[...get(PHASE), 0xb8, ...get(SCALE), 0xa2, ...set(U)], // u = f64.convert_i32_u(phase) * scale
        ...[...get(TABLE), ...get(U), 0xab, ...get(ROW_BYTES), MUL, ADD, ...set(ROW)], // i32.trunc_f64_u
        ...[...get(ROW), ...get(ROW_BYTES), ADD, ...set(NEXT)],
        ...[...get(U), ...get(U), 0x9d, 0xa1, 0xb6, ...simd(0x13), ...set(WEIGHT)], // splat(f32(u - trunc(u)))
      ]
    : [...get(TABLE), ...get(PHASE), ...get(ROW_BYTES), MUL, ADD, ...set(ROW)];
  const tap = (j: number) => {
    const here = [...get(ROW), ...loadVector(16 * j)];
    const slope = [...get(NEXT), ...loadVector(16 * j), ...here, ...VECTOR_SUB];
    const coefficient = between ? [...here, ...get(WEIGHT), ...slope, ...VECTOR_MUL, ...VECTOR_ADD] : here;
    const product = [...get(AT), ...loadVector(16 * j), ...coefficient, ...VECTOR_MUL];
    return [...get(SUM + j), ...product, ...VECTOR_ADD, ...set(SUM + j)];
  };
  const turns = [0, 1, 2, 3];
  const lane = (n: number) => [...get(SUM), ...simd(0x1f, n)];
  return [
    ...LOOP,
    ...row,
    ...[...get(INPUT), ...set(AT)],
    ...[...get(ROW), ...get(ROW_BYTES), ADD, ...set(ROW_END)],
    ...turns.flatMap((j) => [...ZERO, ...set(SUM + j)]),
    ...LOOP,
    ...turns.flatMap(tap),
    ...increase(AT, i32(64)),
    ...(between ? increase(NEXT, i32(64)) : []),
    ...increase(ROW, i32(64)),
    ...[...get(ROW), ...get(ROW_END), LT_U, ...brIf(0)],
    END,
    ...[...get(SUM), ...get(SUM + 1), ...VECTOR_ADD, ...get(SUM + 2), ...get(SUM + 3), ...VECTOR_ADD, ...VECTOR_ADD],
    ...set(SUM),
    ...get(OUTPUT),
    ...[...lane(0), ...lane(1), 0x92, ...lane(2), ...lane(3), 0x92, 0x92], // f32.add
    ...[0x38, 2, 0], // f32.store
    ...increase(OUTPUT, i32(4)),
    ...increase(INPUT, get(ADVANCE)),
    ...increase(PHASE, get(STEP)),
    ...[...get(PHASE), ...get(PHASES), GE_U, ...IF],
    ...[...get(PHASE), ...get(PHASES), SUB, ...set(PHASE), ...increase(INPUT, i32(4)), END],
    ...[...get(COUNT), ...i32(1), SUB, ...set(COUNT), ...get(COUNT), ...brIf(0)],
    END,
    END,
  ];
}

const sized = (bytes: number[]) => [...leb(bytes.length), ...bytes];
const vector = (items: number[][]) => [...leb(items.length), ...items.flat()];
const section = (id: number, items: number[][]) => [id, ...sized(vector(items))];
const text = (name: string) => sized([...name].map((c) => c.charCodeAt(0)));

/** The module: imports `m.m` (its memory), exports `dot` and `dotBetween`. */
export function kernelModule(): Uint8Array<ArrayBuffer> {
  const locals = vector(LOCALS.map(([count, type]) => [count, type]));
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [[0x60, ...vector([...new Array(9).fill([I32]), [F64]]), 0]]),
    ...section(2, [[...text('m'), ...text('m'), 0x02, 0x00, 1]]),
    ...section(3, [[0], [0]]),
    ...section(7, [
      [...text('dot'), 0x00, 0],
      [...text('dotBetween'), 0x00, 1],
    ]),
    ...section(10, [sized([...locals, ...body(false)]), sized([...locals, ...body(true)])]),
  ]);
}
