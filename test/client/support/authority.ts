import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An authority for certificates, in files below a folder. */
export interface Authority {
  readonly file: string;
  /** A certificate for this machine, and its key, as files. */
  sign(name: string): { cert: string; key: string };
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

export function makeAuthority(folder: string): Authority {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => {
    const done = spawnSync('openssl', args, { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`openssl ${args[0]}: ${done.error?.message ?? done.stderr}`);
  };
  openssl('req', '-x509', ...EC, '-days', '2', '-subj', '/CN=authority', '-keyout', at('ca.key'), '-out', at('ca.pem'));
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  return {
    file: at('ca.pem'),
    sign: (name) => {
      const [key, request, cert] = [at(`${name}.key`), at(`${name}.csr`), at(`${name}.pem`)];
      openssl('req', ...EC, '-subj', `/CN=${name}`, '-keyout', key, '-out', request);
      const by = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
      openssl('x509', '-req', '-in', request, ...by, '-extfile', at('names'), '-out', cert);
      return { cert, key };
    },
  };
}
