// Jupyter wire messages as raw frames: ids, delimiter, HMAC, header, parent, metadata, content, buffers. tslab's
// own message class is not exported, so this reads and signs them itself.

import { nodeModule } from '../node';

export type Frame = Uint8Array;

export interface JupyterHeader {
  readonly msg_id: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly msg_type: string;
  readonly version: string;
}

export interface JupyterMessage {
  readonly identities: readonly Frame[];
  readonly header: JupyterHeader;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Frame[];
}

export interface Signer {
  sign(frames: readonly Frame[]): string;
  id(): string;
}

const DELIMITER = '<IDS|MSG>';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Parses frames; undefined for what is no Jupyter message. The signature was checked by tslab, or will be. */
export function readMessage(frames: readonly Frame[]): JupyterMessage | undefined {
  const delimiter = frames.findIndex(
    frame => frame.length === DELIMITER.length && decoder.decode(frame) === DELIMITER
  );
  const [header, , metadata, content] = frames.slice(delimiter + 2);
  if (delimiter < 0 || !header || !metadata || !content) {
    return undefined;
  }
  try {
    const json = (frame: Frame) => JSON.parse(decoder.decode(frame)) as Record<string, unknown>;
    return {
      identities: frames.slice(0, delimiter),
      header: json(header) as unknown as JupyterHeader,
      metadata: json(metadata),
      content: json(content),
      buffers: frames.slice(delimiter + 6)
    };
  } catch {
    return undefined;
  }
}

export function writeMessage(
  signer: Signer,
  topic: readonly Frame[],
  type: string,
  parent: JupyterHeader | undefined,
  content: unknown,
  options: { metadata?: unknown; buffers?: readonly Uint8Array[] } = {}
): Frame[] {
  const header = {
    msg_id: signer.id(),
    session: parent?.session ?? '',
    username: parent?.username ?? 'kernel',
    date: new Date().toISOString(),
    msg_type: type,
    version: '5.3'
  };
  const parts = [header, parent ?? {}, options.metadata ?? {}, content].map(part =>
    encoder.encode(JSON.stringify(part))
  );
  return [
    ...topic,
    encoder.encode(DELIMITER),
    encoder.encode(signer.sign(parts)),
    ...parts,
    ...(options.buffers ?? [])
  ];
}

interface Crypto {
  createHmac(
    algorithm: string,
    key: string
  ): { update(data: Uint8Array): unknown; digest(encoding: 'hex'): string };
  randomUUID(): string;
}

/** HMAC-SHA256 over the four JSON frames, as the connection file's key asks for. */
export function makeSigner(key: string): Signer | undefined {
  const crypto = nodeModule<Crypto>('crypto');
  return (
    crypto && {
      id: () => crypto.randomUUID(),
      sign: frames => {
        if (key === '') {
          return '';
        }
        const hmac = crypto.createHmac('sha256', key);
        frames.forEach(frame => hmac.update(frame));
        return hmac.digest('hex');
      }
    }
  );
}

export const utf8 = (text: string): Frame => encoder.encode(text);
