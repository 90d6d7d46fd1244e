import { afterEach, describe, expect, it } from 'vitest';
import { EVERYTHING, type Grant, IrisError } from '../../../src/core/index.ts';
import { FailedAttempts, keyOf, PAIRING_LIMITS } from '../../../src/hub/auth/attempts.ts';
import { Access, type AccessRecord, type AccessRecords } from '../../../src/hub/auth/index.ts';
import { Logins } from '../../../src/hub/auth/logins.ts';
import { familyOf } from '../../../src/hub/auth/secrets.ts';
import { systemClock } from '../../../src/protocol/index.ts';
import { errorOf } from '../support/index.ts';
import { MovedClock } from '../support/listening.ts';
import { Device } from '../support/network.ts';

const NONE: AccessRecords = { devices: [], families: [], tokens: [] };
const opened: Access[] = [];
afterEach(() => {
  for (const access of opened.splice(0)) access.dispose();
});

/** Who may come in, with a disk that can fail. */
function accessOf(records: AccessRecords = NONE, clock = new MovedClock(systemClock)) {
  const saved = new Map<string, AccessRecord>();
  const disk = { fails: false };
  const told: string[] = [];
  const gone: string[] = [];
  const access = new Access({
    clock,
    records,
    store: {
      saveAccess: (one) => void saved.set(`${one.kind} ${one.record.id}`, one),
      deleteAccess: (kind, id) => void saved.delete(`${kind} ${id}`),
      saved: async () => {
        if (disk.fails) throw new IrisError('storage', 'nothing can be saved');
      },
    },
    changed: (id) => told.push(id),
    gone: (id) => gone.push(id),
  });
  access.begin();
  opened.push(access);
  const recordsNow = (): AccessRecords => {
    const of = <K extends AccessRecord['kind']>(kind: K) =>
      [...saved.values()].flatMap((one) =>
        one.kind === kind ? [one.record as Extract<AccessRecord, { kind: K }>['record']] : [],
      );
    return { devices: of('device'), families: of('family'), tokens: of('token') };
  };
  return { access, clock, disk, told, gone, saved, records: recordsNow };
}

const enrol = (access: Access, grant: Grant, thumbprint = 'key', grantMs?: number) =>
  access.enrol(
    { grant, by: 'me', ...(grantMs === undefined ? {} : { grantMs }) },
    { thumbprint, name: 'laptop', software: 'x', from: '127.0.0.1' },
  );

describe('who may come in', () => {
  it('nothing is given out that is not on the disk', async () => {
    const { access, clock, disk, records } = accessOf();
    const none = () => {};
    const query = async () => ({ records: [], total: 0 });
    const logins = new Logins(clock, access, { record: none, deed: none, flush: none, query });
    const device = new Device('https://hub');
    const url = 'https://hub/api/clients/pair';
    const visit = { from: '127.0.0.1', method: 'POST', url };
    const { code } = access.codes.make({ grant: { session: EVERYTHING, role: 'owner' }, by: 'me' });
    disk.fails = true;
    const asks = { code, name: 'laptop', software: 'x' };
    const refused = await errorOf(logins.pair(asks, await device.proof({ htu: url }), visit));
    expect(refused.code).toBe('storage');
    expect(records().families).toEqual([]);
    disk.fails = false;
    const again = access.codes.make({ grant: { session: EVERYTHING, role: 'owner' }, by: 'me' });
    const paired = await logins.pair({ ...asks, code: again.code }, await device.proof({ htu: url }), visit);
    expect(records().families).toHaveLength(1);
    expect(records().families[0]?.id).toBe(familyOf(paired.refreshToken));
  });

  it('of grants for one session, one that allows no more for no longer is not kept beside another', () => {
    const { access } = accessOf(NONE, new MovedClock(systemClock, { held: true }));
    const { device } = enrol(access, { session: 's1', role: 'viewer' }, 'key', 60_000);
    const told = () => access.grantsOf(device.id).map(({ role, expiresAt }) => [role, expiresAt !== undefined]);
    enrol(access, { session: 's1', role: 'typer' }, 'key', 30_000);
    // It looks on when it may not type any more.
    expect(told()).toEqual([
      ['viewer', true],
      ['typer', true],
    ]);
    enrol(access, { session: 's1', role: 'typer' });
    expect(told()).toEqual([['typer', false]]);
    enrol(access, { session: 's1', role: 'viewer' });
    expect(told()).toEqual([['typer', false]]);
    expect(access.grantsOf(device.id)).toEqual([{ session: 's1', role: 'typer' }]);
  });

  it('a grant ends with its time, and whoever has it is told; a session that is gone takes its grants along', () => {
    const { access, clock, told, records } = accessOf(NONE, new MovedClock(systemClock, { held: true }));
    const { device } = enrol(access, { session: 's1', role: 'typer' }, 'key', 60_000);
    enrol(access, { session: 's2', role: 'viewer' });
    const principal = access.principalOf(records().families[0]!.id, device.id)!;
    expect([principal.roleOn('s1'), principal.roleOn('s2'), principal.roleOn('s3')]).toEqual([
      'typer',
      'viewer',
      undefined,
    ]);
    const before = told.length;
    clock.movedMs += 60_000;
    expect(principal.roleOn('s1')).toBeUndefined();
    clock.advance(0);
    expect(told.slice(before)).toEqual([device.id]);
    expect(access.device(device.id)?.grants).toEqual([{ session: 's2', role: 'viewer' }]);
    access.forgetSession('s2');
    expect(access.device(device.id)?.grants).toEqual([]);
    expect(told).toHaveLength(before + 2);
  });

  it('a device has at most eight pairings, and the oldest gives way; its links with it', () => {
    const { access, records } = accessOf();
    const first = enrol(access, { session: EVERYTHING, role: 'viewer' });
    const family = familyOf(first.tokens.refreshToken)!;
    const { revoked } = access.principalOf(family, first.device.id)!;
    for (let i = 0; i < 7; i++) enrol(access, { session: EVERYTHING, role: 'viewer' });
    expect(revoked.aborted).toBe(false);
    enrol(access, { session: EVERYTHING, role: 'viewer' });
    expect(revoked.aborted).toBe(true);
    expect(records().families).toHaveLength(8);
    expect(access.device(first.device.id)?.grants).toHaveLength(1);
  });

  it('a device that was not here for 90 days has to pair again; one that was goes on', () => {
    const { access, clock, records } = accessOf();
    const { device, tokens } = enrol(access, { session: EVERYTHING, role: 'viewer' });
    clock.movedMs += 89 * 24 * 3_600_000;
    const keys = () => 'key';
    const fresh = access.families.refresh(tokens.refreshToken, 'key', keys);
    expect(fresh.kind).toBe('issued');
    clock.movedMs += 89 * 24 * 3_600_000;
    expect(fresh.kind === 'issued' && access.families.refresh(fresh.tokens.refreshToken, 'key', keys).kind).toBe(
      'issued',
    );
    clock.movedMs += 91 * 24 * 3_600_000;
    // A hub that was started meanwhile knows no more of it than that it is over.
    const later = accessOf(records(), clock);
    expect(later.access.families.byAccess(tokens.accessToken)).toBeUndefined();
    expect(later.access.devices.map(({ id }) => id)).toEqual([device.id]);
    expect(later.saved.size).toBe(0);
  });

  it('is found by id, by name, or by the beginning of an id, and never by chance', () => {
    const { access } = accessOf();
    const { device } = enrol(access, { session: EVERYTHING, role: 'viewer' }, 'one');
    expect(access.findDevice(device.id.slice(0, 6)).id).toBe(device.id);
    expect(access.findDevice('laptop').id).toBe(device.id);
    enrol(access, { session: EVERYTHING, role: 'viewer' }, 'two');
    // Devices have a name each; records of before, and tokens, may share one.
    expect(access.findDevice('laptop').id).toBe(device.id);
    expect(access.findDevice('laptop-2').id).not.toBe(device.id);
    for (let i = 0; i < 2; i++) access.createToken({ name: 'ci', session: EVERYTHING, role: 'viewer', lifeMs: 60_000 });
    expect(() => access.findToken('ci')).toThrow('2 tokens are called ci');
    expect(() => access.findDevice('nobody')).toThrow('there is no device nobody');
  });

  it('bounds failures of an address and of all of them', () => {
    const clock = new MovedClock(systemClock);
    const attempts = new FailedAttempts(clock, PAIRING_LIMITS);
    for (let i = 0; i < 5; i++) attempts.failed('192.0.2.1');
    expect(attempts.blocked('192.0.2.1')).toBeGreaterThan(0);
    expect(attempts.blocked('192.0.2.2')).toBeUndefined();
    for (let i = 0; i < 95; i++) attempts.failed(`198.51.100.${i}`);
    expect(attempts.blocked('192.0.2.2')).toBeGreaterThan(0);
    clock.movedMs += PAIRING_LIMITS.withinMs;
    expect(attempts.blocked('192.0.2.1')).toBeUndefined();
    // One IPv6 address is 2^64 of them.
    expect(keyOf('2001:db8::1')).toBe(keyOf('2001:db8:0:0:ffff::2'));
    expect(keyOf('2001:db8::1')).not.toBe(keyOf('2001:db8:0:1::1'));
    expect(keyOf('::ffff:192.0.2.1')).toBe('192.0.2.1');
    expect(keyOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64');
  });
});
