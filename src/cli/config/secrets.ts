/** What stands in place of a secret when a config is shown. */
export const MASK = '********';

/** Names of environment variables that usually hold something nobody else may see. */
const SECRET_NAME =
  /(secret|token|passw|passphrase|passwd|credential|private|cookie|session_?key|api_?key|access_?key|_key$|^key$|_pat$|_dsn$|_auth$|database_url)/i;

/** Is the value at this place of a config a secret, whatever it is? */
export function isSecret(path: readonly PropertyKey[]): boolean {
  const keys = path.map(String);
  if (keys[0] !== 'teams') return false;
  if (keys[2] === 'remoteOptions') return keys[3] === 'passphrase';
  if (keys[2] === 'env') return keys[3] !== undefined && SECRET_NAME.test(keys[3]);
  return keys[2] === 'authentication' && keys.length > 3 && keys[3] !== 'type';
}
