import { z } from 'zod';
import { checkHubName, parseListen } from '../../hub/network/index.ts';
import { commaList, complain } from './fields.ts';
import type { HubSettings } from './types.ts';

const file = z.string().min(1).max(4096);
const name = z.string().min(1).max(128);

/** How the hub serves other machines. */
export const hubSchema = z
  .strictObject({
    listen: z
      .string()
      .superRefine((text, context) => complain(context, () => parseListen(text)))
      .optional()
      .describe('HOST:PORT on which the hub serves other machines, with TLS; left out: this machine only'),
    cert: file.optional().describe('certificate in PEM, with its chain, in place of the one that the hub makes itself'),
    key: file.optional().describe('its key in PEM'),
    names: commaList
      .superRefine((names, context) => complain(context, () => names.forEach(checkHubName)))
      .optional()
      .describe('names and addresses by which the hub is reached; the first stands in the address that is given out'),
    insecure: z.boolean().optional().describe('without TLS; on a loopback address only'),
    name: name.optional().describe('what other machines call this hub; the name of the machine when left out'),
  })
  .superRefine(({ cert, key }, context) => {
    if ((cert === undefined) === (key === undefined)) return;
    const path = cert === undefined ? 'key' : 'cert';
    context.addIssue({ code: 'custom', path: [path], message: 'cert and key go together: one of them is missing' });
  });

/** @param here makes a path absolute */
export function hubSettingsOf(entry: z.output<typeof hubSchema>, here: (path: string) => string): HubSettings {
  const { cert, key, ...rest } = entry;
  const known = Object.entries(rest).filter(([, value]) => value !== undefined);
  return {
    ...(Object.fromEntries(known) as HubSettings),
    ...(cert === undefined ? {} : { cert: here(cert) }),
    ...(key === undefined ? {} : { key: here(key) }),
  };
}
