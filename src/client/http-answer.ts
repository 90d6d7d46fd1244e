/** May the same request be answered differently later, without anyone changing anything? Told from the status alone. */
export function mayPass(status: number): boolean {
  return status === 429 || status === 408 || status >= 500;
}

/** Milliseconds that `Retry-After` asks for (RFC 9110, 10.2.3); undefined: it is not there, or is a date, which needs two clocks that agree. */
export function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : undefined;
}

/** The text of an answer, as far as it came; at most `limitBytes`, the rest is not read. */
export async function bodyOf(answer: AsyncIterable<Uint8Array>, limitBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of answer) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= limitBytes) break;
    }
  } catch {
    // It was cut off: what there is has to do.
  }
  return Buffer.concat(chunks).subarray(0, limitBytes).toString('utf8');
}
