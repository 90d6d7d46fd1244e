/** All that may reach the terminal. Anything else is a failure, whatever a program wrote. */
const ALLOWED: readonly RegExp[] = [
  // text: no C0, DEL, C1, bidi controls or line separators
  /[^\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufeff\ufff9-\ufffb]+/u,
  /[\r\b]/u,
  // CUU CUD CUF CUB CHA ED EL SU SD ECH REP, with at most one number
  /\u001b\[\d{0,4}[ABCDGJKSTXb]/u,
  // CUP, DECSTBM
  /\u001b\[(?:\d{1,4}(?:;\d{1,4})?)?[Hr]/u,
  // SGR
  /\u001b\[[\d;:]*m/u,
  // IRM off, origin mode off, wrapping, cursor, synchronized update
  /\u001b\[4l/u,
  /\u001b\[\?(?:6l|7[hl]|25[hl]|2026[hl])/u,
  // DECSCUSR
  /\u001b\[[0-6] q/u,
  // OSC 8: none, or http and https
  /\u001b\]8;;\u001b\\/u,
  /\u001b\]8;id=[0-9a-z]+;https?:\/\/[\x21-\x7e]+?\u001b\\/u,
];
const TOKEN = new RegExp(`(?:${ALLOWED.map((one) => one.source).join('|')})`, 'uy');
const decoder = new TextDecoder('utf-8', { fatal: true });

/** What of a frame is not on the list, with its place; undefined: nothing. */
export function forbidden(frame: Uint8Array): string | undefined {
  const text = decoder.decode(frame);
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    if (!TOKEN.test(text)) return `at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`;
  }
  return undefined;
}
