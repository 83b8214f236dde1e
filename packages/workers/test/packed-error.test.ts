import { CodedError, errorCode } from '@zarr-audio/codec';
import { describe, expect, it } from 'vitest';
import { isPackedError, packError, unpackError } from '../src/packed-error';
import { testPools } from './test-pools';

const pools = testPools();

describe('an error of a task comes as', () => {
  const cases: [string, string, ErrorConstructor | typeof CodedError, object][] = [
    ['a CodedError with what can be cloned of its details', 'coded', CodedError, { code: 'SOME_CODE', message: 'why' }],
    ['a CodedError, from any error with a code, with its fields', 'fields', CodedError, { code: 'FIELD_CODE' }],
    ['a TypeError', 'type', TypeError, { name: 'TypeError', message: 'no such thing' }],
    ['a RangeError with its fields', 'range', RangeError, { code: 'RANGE_OUT_OF_BOUNDS', end: 9, message: 'too far' }],
    ['an Error of its name', 'syntax', Error, { name: 'SyntaxError', message: 'not JSON' }],
    ['an Error with the text, if it was none', 'text', Error, { name: 'Error', message: 'only text' }],
    ['an Error, though its cause is itself', 'cycle', Error, { message: 'again' }],
  ];
  it.each(cases)('%s', async (_, kind, type, fields) => {
    const pool = pools.create({ size: 1 });
    const error = (await pool.run('test', 'fail', kind).catch((reason: unknown) => reason)) as Error;
    expect(error).toBeInstanceOf(type);
    expect(error).toMatchObject(fields);
    expect(error.stack).toContain(kind === 'text' ? 'only text' : 'codecs-worker');
    expect(await pool.run('test', 'echo', 1)).toBe(1);
  });

  it('all that it said, and what it was caused by', async () => {
    const pool = pools.create({ size: 1 });
    const [coded, fields, type] = (await Promise.all(
      ['coded', 'fields', 'type'].map((kind) => pool.run('test', 'fail', kind).catch((reason: unknown) => reason)),
    )) as [CodedError, CodedError, Error];
    expect(coded.details).toEqual({ byteOffset: 7, list: [1n] });
    expect(coded.cause).toBeInstanceOf(RangeError);
    expect((coded.cause as Error).message).toBe('below');
    expect(fields.details).toEqual({ code: 'FIELD_CODE', rule: 3 });
    expect((type.cause as Error).message).toBe('text');
  });
});

describe('packing', () => {
  it('goes down eight causes at the most', () => {
    let error = new CodedError('LEVEL', '0');
    for (let i = 1; i < 20; i++) error = new CodedError('LEVEL', `${i}`, {}, error);
    let unpacked: unknown = unpackError(structuredClone(packError(error)));
    const messages: string[] = [];
    for (; unpacked instanceof Error; unpacked = unpacked.cause) messages.push(unpacked.message);
    expect(messages).toEqual(['19', '18', '17', '16', '15', '14', '13', '12', '11']);
  });

  it('knows codes that are no text for none', () => {
    const error = unpackError(packError(Object.assign(new Error('old'), { code: 25 })));
    expect(errorCode(error)).toBeUndefined();
  });

  it('takes details that are no object for none', () => {
    expect(packError(Object.assign(new Error('odd'), { code: 'ODD', details: 'text' })).details).toEqual({
      code: 'ODD',
    });
    expect(packError(Object.assign(new Error('odd'), { code: 'ODD', details: null })).details).toEqual({ code: 'ODD' });
  });

  it.each([
    undefined,
    null,
    'text',
    {},
    { kind: 'new', name: '', message: '', details: {} },
    { kind: 'type', name: 'x' },
  ])('%j is none', (value) => expect(isPackedError(value)).toBe(false));
});
