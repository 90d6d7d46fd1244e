import { createPrivateKey, randomBytes, type webcrypto, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { IrisError } from '../../core/index.ts';
import { reason } from '../folder.ts';
import { isWildcard, ownAddresses } from './address.ts';

/** Whoever pairs pins the certificate itself: a new one would mean to pair every device again. */
const LIFE_YEARS = 10;
const CERTIFICATE_FILE = 'network-cert.pem';
const KEY_FILE = 'network-key.pem';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** `sha256:` and the SHA-256 over the DER, in hex. */
  readonly fingerprint: string;
  /** Names and addresses it is for. */
  readonly names: readonly string[];
  /** Is it for this name or address, as those see it who look (RFC 6125)? */
  covers(name: string): boolean;
}

/** Somebody's own files. @throws IrisError */
export function readCertificate(certFile: string, keyFile: string): Certificate {
  return checked(readPem(certFile, 'certificate'), readPem(keyFile, 'key of the certificate'), certFile);
}

/**
 * The hub's own certificate: made when it is needed first, and the same from then on. The key never leaves its file of 0600.
 * @throws IrisError
 */
export async function ownCertificate(
  folder: string,
  listenHost: string,
  names: readonly string[],
): Promise<Certificate> {
  const certFile = join(folder, CERTIFICATE_FILE);
  const keyFile = join(folder, KEY_FILE);
  if (!existsSync(certFile) || !existsSync(keyFile)) {
    const made = await make(certificateNames(listenHost, names));
    try {
      writePrivately(keyFile, made.key);
      writePrivately(certFile, made.cert);
    } catch (error) {
      throw new IrisError('storage', `the certificate can't be kept in ${folder}: ${reason(error)}`, { cause: error });
    }
  }
  const found = readCertificate(certFile, keyFile);
  // Whoever may read the folder's files could have been let in by a careless copy.
  chmodSync(keyFile, 0o600);
  return found;
}

function readPem(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new IrisError('storage', `the ${what} ${file} can't be read: ${absent ? 'no such file' : reason(error)}`, {
      cause: error,
      remedy: 'name a PEM file that this user may read',
    });
  }
}

function checked(cert: string, key: string, file: string): Certificate {
  let parsed: X509Certificate;
  let fits: boolean;
  try {
    parsed = new X509Certificate(cert);
    fits = parsed.checkPrivateKey(createPrivateKey(key));
  } catch (error) {
    throw new IrisError('failed', `${file} and its key are no certificate in PEM (${reason(error)})`, {
      cause: error,
      remedy: 'give --cert and --key as PEM files, the key without a passphrase',
    });
  }
  if (!fits) throw new IrisError('failed', `the key does not belong to the certificate ${file}`);
  if (Date.parse(parsed.validTo) < Date.now()) {
    throw new IrisError('failed', `the certificate ${file} was good until ${parsed.validTo}`, {
      remedy: 'renew it; the one of the hub itself is made anew when both its files are moved away',
    });
  }
  try {
    // By this way, as an import of the module would load it at each start of the bundle.
    process.getBuiltinModule('node:tls').createSecureContext({ cert, key });
  } catch (error) {
    throw new IrisError('failed', `TLS refuses the certificate ${file} or its key (${tlsReason(error)})`, {
      cause: error,
      remedy: 'make it with a key of ECDSA P-256, or of RSA with 2048 bits or more',
    });
  }
  const fingerprint = `sha256:${parsed.fingerprint256.replaceAll(':', '').toLowerCase()}`;
  const covers = (name: string): boolean =>
    (isIP(name) === 0 ? parsed.checkHost(name) : parsed.checkIP(name)) !== undefined;
  return { cert, key, fingerprint, names: namesOf(parsed), covers };
}

/** `ee key too small`, of OpenSSL's "error:0A00018F:SSL routines::ee key too small". */
function tlsReason(error: unknown): string {
  return reason(error).replace(/^error:[^:]*:[^:]*:[^:]*:/, '');
}

/** What of these a certificate is not for, and what follows; undefined: it is for all of them. `folder`: of the hub's own certificate. */
export function lacking(
  certificate: Certificate,
  names: readonly string[],
  folder: string | undefined,
): string | undefined {
  const absent = [...new Set(names)].filter((name) => !certificate.covers(name));
  if (absent.length === 0) return undefined;
  const what = `the certificate is not for ${absent.join(', ')}: who checks names, as curl does, refuses it there`;
  if (folder === undefined) return `${what}. Renew it for all names of hub.names and hub.listen`;
  return (
    `${what}; devices that were paired do not. For one with all names, stop the hub, move ${CERTIFICATE_FILE} and ${KEY_FILE} out of ${folder}, ` +
    'and start it again: then every device has to pair anew'
  );
}

function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  return [...subjectAltName.matchAll(/(?:DNS|IP Address):([^,\s"]+)/g)].map(([, name]) => name!.toLowerCase());
}

function certificateNames(listenHost: string, names: readonly string[]): string[] {
  const own = isWildcard(listenHost) ? ownAddresses() : [listenHost];
  return [...new Set([...names, ...own, hostname(), 'localhost', '127.0.0.1', '::1'].map((one) => one.toLowerCase()))];
}

async function make(names: readonly string[]): Promise<{ cert: string; key: string }> {
  // It finds its parts by decorators.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const { subtle } = globalThis.crypto;
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  // A positive number of at most 20 bytes (RFC 5280, 4.1.2.2).
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const notBefore = new Date(Date.now() - 24 * 3_600_000);
  const notAfter = new Date(notBefore);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + LIFE_YEARS);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial.toString('hex'),
    name: 'CN=iris-tui hub',
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
      ),
    ],
  });
  const pkcs8 = Buffer.from(await subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = pkcs8.match(/.{1,64}/g)!.join('\n');
  return {
    cert: certificate.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`,
  };
}

/** Never there with more rights, nor half written. */
function writePrivately(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600, flush: true });
  renameSync(draft, file);
}
