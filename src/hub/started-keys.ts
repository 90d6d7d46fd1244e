/** Who asks twice, asks soon. Of more, the oldest are forgotten, and what they ask for again is started again. */
const LIMIT = 256;

/** Sessions that were asked for with a key, so that one who does not know whether it was heard can ask again. */
export class StartedKeys {
  readonly #ids = new Map<string, string>();

  /** Id of the session that was started with this key; with an id: remembers it. */
  by(key: string, id?: string): string | undefined {
    if (id !== undefined) {
      this.#ids.set(key, id);
      if (this.#ids.size > LIMIT) this.#ids.delete(this.#ids.keys().next().value!);
    }
    return this.#ids.get(key);
  }
}
