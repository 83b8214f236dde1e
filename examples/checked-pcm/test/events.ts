import type { IngestEvent, StreamDescription, StreamSummary } from '@zarr-audio/codec';

export interface Collected {
  readonly description: StreamDescription;
  readonly summary: StreamSummary;
  readonly bytes: Uint8Array;
  /** 5 numbers each. */
  readonly rows: readonly number[][];
}

/** All that the one stream of an ingest, a scan or an encoder gives. */
export async function collect(events: AsyncIterable<IngestEvent>): Promise<Collected> {
  let description: StreamDescription | undefined;
  let summary: StreamSummary | undefined;
  const bytes: Uint8Array[] = [];
  const rows: number[][] = [];
  for await (const event of events) {
    if (event.type === 'stream') description = event.description;
    else if (event.type === 'end') summary = event.summary;
    else if (event.type === 'piece') {
      bytes.push(event.bytes);
      for (let at = 0; at < event.rows.length; at += 5) rows.push([...event.rows.subarray(at, at + 5)]);
    } else throw new Error(event.type);
  }
  if (!description || !summary) throw new Error('no whole stream');
  return { description, summary, bytes: Buffer.concat(bytes), rows };
}
