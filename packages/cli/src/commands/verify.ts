import type { VerifyResult } from 'zarr-audio';
import { print, printJson, tell } from '../output';
import { progressLine } from '../progress';
import { openStoreAt } from '../stores';
import { describeError, isCoded, parseCommand } from '../usage';

/** `verify <store> [<id>...]`: a line a recording, and one for each damage; 1 if there is any. */
export async function verifyCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, {}, ['<store>']);
  const [storePath, ...queries] = positionals as [string, ...string[]];
  const isJson = values.json === true;
  const store = await openStoreAt(storePath);
  const line = progressLine(!isJson);
  const onProgress = ({ id, bytes, totalBytes }: { id: string; bytes: number; totalBytes: number }) =>
    line.show(id, bytes, totalBytes);
  let status = 0;
  const verify = async (id?: string) => {
    for await (const result of store.verify(id, { onProgress })) {
      line.clear();
      if (!result.ok) status = 1;
      await (isJson ? printJson(result) : print(resultText(result)));
    }
  };
  if (queries.length === 0) await verify();
  for (const query of queries) {
    try {
      await verify(await store.findId(query));
    } catch (error) {
      if (!isCoded(error)) throw error;
      // One that is not there doesn't hold up the others.
      status = 1;
      const described = describeError(error);
      if (isJson) await printJson({ query, error: described });
      tell(`zarr-audio verify: ${query}: ${described.code}: ${described.message}`);
    }
  }
  return status;
}

function resultText({ id, ok, damage }: VerifyResult): string {
  const lines = damage.map(({ code, where, samples }) => {
    const lost = samples > 0 ? ` (${samples} samples lost)` : '';
    return `  ${code}: ${where}${lost}\n`;
  });
  return `${id}  ${ok ? 'ok' : 'damaged'}\n${lines.join('')}`;
}
