import {
  EVERYTHING,
  type HubCommandArgs,
  type HubCommandResult,
  IrisError,
  plainText,
  spanOf,
} from '../../core/index.ts';
import type { Context } from '../context.ts';
import { lifeOf } from '../duration.ts';
import { withHost } from '../host.ts';
import { terminalSize } from '../terminal-size.ts';
import type { OptionValues, VerbRun } from '../verbs/types.ts';
import { ageOf } from './list.ts';

type Invitation = HubCommandResult<'pair.create'>;
type Role = 'viewer' | 'typer' | 'owner';

export const runHubPair: VerbRun = (context, { options }) => invite(context, options);

export const runShare: VerbRun = (context, { args, options }) => invite(context, options, args[0] as string);

async function invite(context: Context, options: OptionValues, session?: string): Promise<void> {
  const { role, name, expires } = options;
  if (options.runner === true && role !== undefined) {
    throw new IrisError('usage', '--runner and --role do not go together', {
      remedy: 'a runner offers its sessions, and may do nothing else here',
    });
  }
  const wanted: HubCommandArgs<'pair.create'> = {
    ...(session === undefined ? {} : { session }),
    ...(role === undefined ? {} : { role: role as Role }),
    ...(options.runner === true ? { runner: true } : {}),
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof expires === 'string' ? { expiresInMs: lifeOf(expires, '--expires') } : {}),
  };
  const { invitation, shared } = await withHost(context, async (host) => {
    const made = await host.command('pair.create', wanted);
    const { sessions } = await host.command('session.list', {});
    return { invitation: made, shared: sessions.find(({ id }) => id === made.session)?.name };
  });
  const command = commandOf(invitation, options.runner === true);
  if (context.json) return context.value({ ...invitation, command });
  print(context, invitation, command, shared, wanted);
  await printPicture(context, command);
}

/** What to type on the other machine. The fingerprint goes with the address, so that nobody has to compare it. */
function commandOf({ url, fingerprint, code }: Invitation, runner: boolean): string {
  const insecure = url.startsWith('http:') ? ' --insecure' : '';
  const address = `${url}${fingerprint === undefined ? '' : `#${fingerprint}`}`;
  if (runner) return `iris-tui link add '${address}' --pair ${code}`;
  return `iris-tui pair '${address}' ${code}${insecure}`;
}

function print(
  context: Context,
  invitation: Invitation,
  command: string,
  shared: string | undefined,
  { expiresInMs, name }: HubCommandArgs<'pair.create'>,
): void {
  const { code, url, fingerprint, expiresAt, role, session = EVERYTHING } = invitation;
  const where = session === EVERYTHING ? 'every session' : `the session ${shared ?? session}`;
  context.line(`code         ${code}`);
  context.line(`address      ${url}`);
  context.line(`fingerprint  ${fingerprint ?? 'none: without TLS'}`);
  const may = [
    role === 'runner' ? 'offering its sessions, nothing else' : `${role} of ${where}`,
    ...(expiresInMs === undefined ? [] : [`for ${spanOf(expiresInMs)}`]),
    ...(name === undefined ? [] : [`as ${plainText(name, 128)}`]),
  ];
  context.line(`for          ${may.join(', ')}`);
  context.line(`good for     ${ageOf(expiresAt - Date.now() + 999)}, once`);
  context.line('');
  context.line('On the other machine:');
  context.line(`  ${command}`);
}

/** The command as a picture for a camera, where there is room for all of it. */
async function printPicture(context: Context, command: string): Promise<void> {
  const size = terminalSize(context.env);
  if (!size) return;
  const { qrLines } = await import('../qr-lines.ts');
  const { lines, width } = qrLines(command, { colour: !context.env.vars.NO_COLOR });
  if (width > size.cols || lines.length >= size.rows) return;
  context.write(`\n${lines.join('\n')}\n`);
}
