/**
 * Text of an agent made safe to print, line ends kept: C0 (tab becomes four blanks), DEL, C1, and what turns text round or is invisible
 * (bidi controls, line and paragraph separators) are removed; half characters become U+FFFD. So nothing it says can move the cursor,
 * set a title, or begin a sequence.
 */
export function clean(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '    ')
    .replace(UNSAFE, '')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');
}

const UNSAFE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** The same for text that comes in pieces, cut anywhere: a CR and half a character wait for what follows. */
export class CleanStream {
  #held = '';

  feed(text: string): string {
    const all = this.#held + text;
    const keep = /[\r\ud800-\udbff]$/.test(all) ? 1 : 0;
    this.#held = all.slice(all.length - keep);
    return clean(all.slice(0, all.length - keep));
  }

  end(): string {
    const rest = clean(this.#held);
    this.#held = '';
    return rest;
  }
}
