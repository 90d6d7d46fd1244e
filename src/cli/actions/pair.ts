import { hostname } from 'node:os';
import type { KnownHub } from '../../client/credentials/index.ts';
import type { PairResult } from '../../client/network/index.ts';
import { EVERYTHING, IrisError, plainText, spanOf, type ToldGrant } from '../../core/index.ts';
import { systemClock } from '../../protocol/index.ts';
import { thisUser } from '../../transports/index.ts';
import type { Context } from '../context.ts';
import { openCredentials } from '../far-network.ts';
import { ask, confirm, readAllOfStdin } from '../stdin.ts';
import type { OptionValues, VerbRun } from '../verbs/types.ts';
import { VERSION } from '../version.ts';
import { shellWord } from './connection.ts';
import { ageOf, table } from './list.ts';

type Grants = PairResult['grants'];

/** As a hub takes it: it would refuse it as well, but only once it has been reached. */
const DEVICE_CHARS = 128;
/** Nobody's code is longer. */
const CODE_LIMIT_BYTES = 256;

export const runPair: VerbRun = async (context, { args, options }) => {
  const code = (args[1] as string | undefined) ?? (await readCode(context));
  const { hub, grants } = await pairWith(context, args[0] as string, code, options);
  if (context.json) return context.value({ ...shown(hub), grants });
  context.line(`paired with ${hub.name} (${hub.url})${mayThere(hub.name, grants)}`);
  if (hub.kept === 'file') context.line('no keychain of the system answers: the key is in an encrypted file');
  context.line(`next: iris-tui ${nextThere(hub.name, grants)}`);
};

/** Makes this device known to a hub. @throws IrisError */
export async function pairWith(
  context: Context,
  url: string,
  code: string,
  options: OptionValues,
): Promise<PairResult> {
  const { pair, readPlace, whereOf } = await import('../../client/network/index.ts');
  const place = readPlace(url, { insecure: options.insecure === true });
  const deviceName = (options.device as string | undefined) ?? `${thisUser(context.env.vars).name}@${hostname()}`;
  if (deviceName.trim() === '') throw new IrisError('usage', '--device: may not be empty');
  if (deviceName.length > DEVICE_CHARS) throw new IrisError('usage', `--device: at most ${DEVICE_CHARS} characters`);
  const given = options.fingerprint as string | undefined;
  const where = whereOf(place);
  return pair(
    openCredentials(context.paths),
    {
      place,
      code: code.trim(),
      deviceName,
      software: `iris-tui/${VERSION}`,
      ...(options.name === undefined ? {} : { name: options.name as string }),
      ...(given === undefined ? {} : { fingerprint: given }),
      confirm: (fingerprint) => confirmed(context, where, fingerprint),
    },
    systemClock,
  );
}

/** Without a terminal nobody can say whether it is right. */
async function confirmed({ env }: Context, where: string, fingerprint: string): Promise<boolean> {
  if (env.stdinIsTerminal && env.stderrIsTerminal) {
    process.stderr.write(`The certificate of ${where} is\n  ${fingerprint}\n`);
    return (await confirm(env, 'Does iris-tui hub pair print the same there?')) === true;
  }
  throw new IrisError('usage', `there is no terminal to confirm the certificate of ${where} on`, {
    remedy: 'give its fingerprint with --fingerprint, or behind the address, as iris-tui hub pair prints it there',
  });
}

async function readCode({ env }: Context): Promise<string> {
  const code = (await ask(env, 'Code: ')) ?? (await readAllOfStdin(CODE_LIMIT_BYTES)).toString('utf8');
  if (code.trim() !== '') return code;
  throw new IrisError('usage', 'pair needs a code', {
    remedy: 'iris-tui hub pair prints one on the machine of the hub',
  });
}

/** What to type to see what one was invited to. */
function nextThere(hub: string, grants: Grants): string {
  if (grants.some(({ role }) => role === 'runner')) return `link add ${hub}`;
  const [only, ...others] = grants.filter(({ role }) => role !== 'none');
  if (only?.name === undefined || others.length > 0) return `--hub ${hub}`;
  return `attach ${shellWord(nameThere(hub, only))}`;
}

/** As `attach` takes it; of a hub that names no sessions, its id. */
const nameThere = (hub: string, { session, name = session }: Grants[number]): string =>
  `${hub}/${plainText(name, 128)}`;

/** `: you are viewer of every session there`. */
function mayThere(hub: string, grants: Grants): string {
  const all = grants.find(({ session, role }) => session === EVERYTHING && role !== 'none');
  const single = grants.filter(({ session, role }) => session !== EVERYTHING && role !== 'runner' && role !== 'none');
  const until = ({ expiresAt }: ToldGrant): string =>
    expiresAt === undefined ? '' : ` for ${spanOf(expiresAt - systemClock.wall())}`;
  const runner = grants.find(({ role }) => role === 'runner');
  if (runner) return `: you may offer your sessions there${until(runner)}`;
  const parts = [
    ...(all ? [`${all.role} of ${single.length > 0 ? 'the other sessions' : 'every session'} there${until(all)}`] : []),
    ...single.map((one) => `${one.role} of ${nameThere(hub, one)}${until(one)}`),
  ];
  return parts.length === 0 ? '' : `: you are ${parts.join(', ')}`;
}

export const runHubs: VerbRun = async (context, { options }) => {
  const hubs = openCredentials(context.paths).hubs.list();
  if (context.json) return context.value(hubs.map(shown));
  if (options.names === true) {
    for (const { name } of hubs) context.line(name);
    return;
  }
  if (hubs.length === 0) {
    if (context.env.stdoutIsTerminal) context.line('no hubs: iris-tui pair makes one known');
    return;
  }
  const rows = hubs.map(({ name, url, hub, trust, kept, pairedAt }) => [
    name,
    url,
    hub.name,
    TRUST[trust],
    kept,
    ageOf(systemClock.wall() - pairedAt),
  ]);
  table(context, ['NAME', 'ADDRESS', 'CALLS ITSELF', 'CERTIFICATE', 'KEY IN', 'PAIRED'], rows);
};

const TRUST: Readonly<Record<KnownHub['trust'], string>> = { pin: 'pinned', ca: 'vouched for', none: 'none' };

export const runRenameHub: VerbRun = async (context, { args }) => {
  const hub = await openCredentials(context.paths).hubs.rename(args[0] as string, args[1] as string);
  if (context.json) context.value(shown(hub));
};

export const runMoveHub: VerbRun = async (context, { args }) => {
  const credentials = openCredentials(context.paths);
  const hub = credentials.hubs.get(args[0] as string);
  const { mustBeThere, placeOfKnown, readPlace } = await import('../../client/network/index.ts');
  const place = readPlace(args[1] as string, { insecure: hub.trust === 'none' });
  await mustBeThere(place, placeOfKnown(hub).trust, systemClock);
  const moved = { ...hub, url: place.origin };
  await credentials.hubs.put(moved);
  if (context.json) context.value(shown(moved));
};

export const runForgetHub: VerbRun = async (context, { args }) => {
  const credentials = openCredentials(context.paths);
  const hub = credentials.hubs.get(args[0] as string);
  const { Device, HubApi, placeOfKnown } = await import('../../client/network/index.ts');
  const { place, trust } = placeOfKnown(hub);
  const told = await new Device(credentials, new HubApi(place, trust, systemClock), hub).leave().then(
    () => undefined,
    (error: unknown) => IrisError.from(error),
  );
  await credentials.forget(hub);
  if (context.json)
    return context.value({ name: hub.name, left: told === undefined, ...(told ? { reason: told.message } : {}) });
  if (told) context.line(`${hub.name} is forgotten here, but could not be told: ${told.message}`);
};

/** Without where its secrets are. */
function shown({ name, url, fingerprint, trust, deviceId, hub, kept, pairedAt }: KnownHub) {
  return { name, url, fingerprint, trust, deviceId, hub, kept, pairedAt };
}
