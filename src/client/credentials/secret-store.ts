/** A place for short texts that nobody else may read. */
export interface SecretStore {
  /** Undefined: there is none under this name. Rejects when that can't be told. */
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
}
