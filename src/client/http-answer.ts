/** May the same request be answered differently later, without anyone changing anything? Told from the status alone. */
export function mayPass(status: number): boolean {
  return status === 429 || status === 408 || status >= 500;
}

/** Milliseconds that `Retry-After` asks for (RFC 9110, 10.2.3); undefined: it is not there, or is a date, which needs two clocks that agree. */
export function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : undefined;
}
