import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/** Signatures and sizes of the parts of a ZIP file. */
const END = { signature: 0x06054b50, size: 22 };
const ENTRY = { signature: 0x02014b50, size: 46 };
const LOCAL = { signature: 0x04034b50, size: 30 };

/** Extracts an archive into a folder, as Lambda does with code and layers. */
export async function unzip(archive: Buffer, folder: string): Promise<void> {
  for (const [name, content] of readFiles(archive)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

/** Reads the central directory at the end of the archive, because local headers may lack the sizes. */
function readFiles(archive: Buffer): [string, Buffer][] {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0 || archive.length < end + END.size) throw new Error('the archive is not a ZIP file');
  const files: [string, Buffer][] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    checkSignature(archive, at, ENTRY.signature);
    const [nameLength, extra, comment] = [28, 30, 32].map((place) => archive.readUInt16LE(at + place));
    const name = archive.toString('utf8', at + ENTRY.size, at + ENTRY.size + (nameLength ?? 0));
    if (!name.endsWith('/')) files.push([name, readContent(archive, at)]);
    at += ENTRY.size + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return files;
}

/** @param entry offset of the file's entry in the central directory */
function readContent(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const size = archive.readUInt32LE(entry + 20);
  const local = archive.readUInt32LE(entry + 42);
  checkSignature(archive, local, LOCAL.signature);
  const start = local + LOCAL.size + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + size);
  if (method === 0) return packed;
  if (method === 8) return inflateRawSync(packed);
  throw new Error(`the ZIP file has the unsupported compression method ${method}`);
}

function checkSignature(archive: Buffer, at: number, signature: number): void {
  if (archive.readUInt32LE(at) !== signature) throw new Error(`the ZIP file is damaged at byte ${at}`);
}
