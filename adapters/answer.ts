import type { DirectConnectClientConfig } from '@aws-sdk/client-direct-connect';

/** Bytes. Ten thousand interfaces are as much; and what comes of it must fit into the memory of the function. */
const LARGEST = 4_000_000;

/** The answer goes on and on: it is read no further. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
  /** for people: to `message` the SDK adds lines for its own users */
  readonly why = `the answer is larger than ${LARGEST / 1_000_000} MB`;
}

/** How clients read the body of an answer: all of it, up to a size. @throws AnswerTooLarge */
export const wholeAnswer: NonNullable<DirectConnectClientConfig['streamCollector']> = async (
  stream: AsyncIterable<Uint8Array>,
) => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Whoever leaves this loop ends the stream, and with it the connection.
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > LARGEST) throw new AnswerTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
