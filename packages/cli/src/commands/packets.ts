import { CodedError, readHead } from '@zarr-audio/codec';
import { fileSource } from 'zarr-audio/node';
import { framingOf } from '../framing';
import { print } from '../output';
import { codecsOf } from '../stores';
import { noMore, parseCommand } from '../usage';

/** Lines that are printed at a time. */
const BATCH = 1000;

/** `packets <file>`: the packets of an encoded file, where they lie in it. */
export async function packetsCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, { framing: { type: 'string' } } as const, ['<file>']);
  noMore(positionals, 1);
  const codecs = codecsOf(framingOf(values.framing));
  const source = await fileSource(positionals[0]!);
  const head = await readHead(source, 65_536);
  const codec = await codecs.find(source, head);
  if (!codec) {
    const known = codecs.codecs.map(({ id }) => id).join(', ');
    throw new CodedError('SOURCE_UNSUPPORTED', `${source.name} is no encoded file that can be taken apart (${known})`);
  }
  let lines: string[] = [];
  if (!values.json) lines.push('link  bytePosition  byteLength  startSample  samples');
  for await (const packet of codec.packets(source)) {
    const { bytePosition, byteLength, samples, startSample, link } = packet;
    lines.push(
      values.json
        ? `{"bytePosition":${bytePosition},"byteLength":${byteLength},"samples":${samples},"startSample":${startSample},"link":${link}}`
        : [pad(link, 4), pad(bytePosition, 12), pad(byteLength, 10), pad(startSample, 11), pad(samples, 7)].join('  '),
    );
    if (lines.length < BATCH) continue;
    await print(`${lines.join('\n')}\n`);
    lines = [];
  }
  if (lines.length > 0) await print(`${lines.join('\n')}\n`);
  return 0;
}

const pad = (value: number, width: number) => String(value).padStart(width);
