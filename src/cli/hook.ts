// What hooks of agents run: says to the hub what the agent does, and ends. An agent may wait for it, so it loads nothing but Node's sockets, prints
// nothing, and ends with 0 whatever happens: without a hub, without its token, with words that nobody understands.
import { connect } from 'node:net';

/** All of it: reading what the agent says, and telling the hub. */
const DEADLINE_MS = 2_000;
/** A tool's result may be megabytes; what matters stands among the fields before it. More is not read. */
const INPUT_LIMIT_CHARS = 4_000_000;
/** Of each text of the agent. */
const TEXT_LIMIT_CHARS = 400;

/** The texts of an event, and of the two records in it that say what is asked. */
const RECORDS = ['tool_input', 'details'];

export async function runHook(argv: readonly string[]): Promise<void> {
  const { IRIS_HUB: hub, IRIS_SESSION_ID: session, IRIS_HOOK_TOKEN: token } = process.env;
  const [agent, given] = argv;
  if (!hub || !session || !token || !agent) return;
  const deadline = setTimeout(() => process.exit(0), DEADLINE_MS);
  try {
    const event: unknown = JSON.parse(given ?? (await standardInput()));
    if (!isRecord(event)) return;
    // Hooks run side by side: the hub puts them in the order in which they began.
    const at = performance.timeOrigin;
    await post(hub, JSON.stringify({ session, token, agent, at, fields: shortened(event) }));
  } catch {
    // Whatever it was, the agent must not hear of it.
  } finally {
    clearTimeout(deadline);
  }
}

async function standardInput(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) {
    text += chunk as string;
    if (text.length > INPUT_LIMIT_CHARS) break;
  }
  return text;
}

function shortened(event: Record<string, unknown>): Record<string, unknown> {
  const texts = (from: Record<string, unknown>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(from).flatMap(([name, value]) =>
        typeof value === 'string' && name.length <= 64 ? [[name, value.slice(0, TEXT_LIMIT_CHARS)]] : [],
      ),
    );
  const fields = texts(event);
  for (const name of RECORDS) if (isRecord(event[name])) fields[name] = texts(event[name]);
  return fields;
}

function post(socketPath: string, body: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    // The hub has it when it answers, or will not have it at all.
    const over = (): void => {
      socket.destroy();
      resolve();
    };
    socket.on('error', over);
    socket.on('close', over);
    socket.once('data', over);
    const head = `POST /hook HTTP/1.1\r\nhost: iris\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
    socket.write(`${head}\r\nconnection: close\r\n\r\n${body}`);
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
