import type {
  AskedFrom,
  Clock,
  FarHubRef,
  HeldSettled,
  HubCommandName,
  InputOrigin,
  IrisError,
  LinkInfo,
  PeopleEvent,
  Position,
  Role,
  Session,
  SessionInfo,
  SessionRegistry,
  TeamConfig,
} from '../core/index.ts';
import type { Link, SessionPatch, Socket, WireEvent } from '../protocol/index.ts';
import type { Audit } from './audit/index.ts';
import type { Access } from './auth/access.ts';
import type { HeadlessDesk } from './headless/desk.ts';
import type { HookDesk } from './hooks/index.ts';
import type { HubLog } from './hub-log.ts';
import type { InputLedger, SettledInput } from './input-ledger.ts';
import type { NetworkState } from './network/options.ts';
import type { Principal } from './principal.ts';
import type { Size } from './size-rule.ts';
import type { TeamDesk } from './teams/index.ts';
import type { Workspaces } from './workspaces.ts';

export interface ViewerIdentity {
  /** Of this link. */
  readonly id: string;
  /** Of the program behind it, as this hub keeps it apart from those of others; survives reconnects. */
  readonly clientId: string;
  readonly software: string;
  readonly principal: Principal;
  /** Network address it came from; absent: this machine. */
  readonly from?: string;
  /** Only hub.status and hub.stop: the peer may be of another version. */
  readonly managing: boolean;
}

/** What viewers are told: of those that are brief, those that know a session hear of a patch in its place. */
export interface SessionChanges {
  readonly changed: readonly SessionInfo[];
  readonly removed: readonly string[];
  readonly patches: ReadonlyMap<string, SessionPatch>;
}

/** A viewer, as the rest of the hub sees it. */
export interface HubViewer {
  readonly id: string;
  readonly identity: ViewerIdentity;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly link: Link<'hub'>;
  /** Ids of the sessions it watches. */
  readonly watched: ReadonlySet<string>;
  /** Those among them that it shows as its own, as it is a hub: nobody sits before this link. */
  readonly mirrors: ReadonlySet<string>;
  /** Aborted when its link is gone. */
  readonly gone: AbortSignal;
  event(event: WireEvent): void;
  /** What became of input that was held. */
  settled(input: SettledInput): void;
  /** Somebody of whom it was told has an answer, or does not ask for the keyboard any more. */
  answered(sessionId: string, viewer: string): void;
  /** A session as it is told to it, with what it may do; undefined: not at all. */
  told(info: SessionInfo): SessionInfo | undefined;
  /** Of sessions that changed, or are gone, it is told what it may see. */
  tellSessions(changes: SessionChanges): void;
  /** What it may do on a session, or on everything: as who is behind it may, less what was taken from this link. */
  roleOn(sessionId: string): Role | undefined;
  /** May it see this session? */
  sees(sessionId: string): boolean;
  /** Is it attached to this session to look only, by its own wish? */
  onlyReads(sessionId: string): boolean;
  /** On this link it may only look at this session from now on, or again do what it may. */
  limit(sessionId: string, limited: boolean): void;
  /** There is something that it may not do on this link. */
  readonly limited: boolean;
  /** What it may do has changed: it is told what it sees now, and what it may not watch any more ends. */
  accessChanged(): void;
  /** A stream of it is over, by nobody's wish on its side; `why`: the session itself goes on. */
  ended(stream: number, why?: IrisError): void;
}

/** Those who are connected, by id. */
export interface ViewersPort extends ReadonlyMap<string, HubViewer> {
  newId(): string;
  join(viewer: HubViewer): void;
  leave(viewer: HubViewer): void;
}

export interface FeedOptions {
  readonly stream: number;
  readonly mode: 'screen' | 'log';
  readonly cols?: number;
  readonly rows?: number;
  readonly readOnly?: boolean;
  /** Snapshots bring the scrollback along. */
  readonly history?: boolean;
  /** No pictures: after a gap comes all that is kept. */
  readonly entries?: boolean;
  /** It is a hub, which shows the session as one of its own. */
  readonly mirror?: boolean;
  /** Nothing of it is thrown away that this viewer does not have. */
  readonly retain?: boolean;
}

/** One viewer's attachment to one session, as the viewer's link drives it. */
export interface Attached {
  readonly session: Session;
  readonly readOnly: boolean;
  readonly mirror: boolean;
  start(after: Position | undefined): void;
  acknowledged(epoch: string, seq: number): void;
  wish(size: Size): void;
  /**
   * `held`: they wait for the session's connection, and `held` hears what became of them.
   * @throws IrisError when these bytes must not or can't reach the process
   */
  type(epoch: string, bytes: Uint8Array, held: HeldSettled, origin: InputOrigin): 'written' | 'held';
  close(): void;
}

/** A session that can be watched. */
export interface Watchable {
  readonly session: Session;
  attach(viewer: HubViewer, options: FeedOptions): Attached;
  /** Those who watch it are others now, or may do something else. */
  peopleChanged(): void;
  /** This one has typed into it. */
  typed(viewer: HubViewer): void;
}

/** Other hubs, as the rest of this one sees them. */
export interface FarHubsPort {
  readonly links: {
    add(offer: Omit<LinkInfo, 'connection'>): void;
    remove(hub: string): void;
    list(): LinkInfo[];
  };
  /** Which hub somebody means who names it. */
  called(name: string): FarHubRef;
  open(hub: string, only: readonly string[] | undefined): Promise<Session[]>;
  close(hub: string): void;
  /** A device dialled us as a runner: the socket is its hub from now on. */
  runnerJoined(principal: Principal, socket: Socket): void;
  /** What this device may do is something else now, or it is no more. */
  deviceChanged(device: string): void;
  /** Is this device here as a runner now? */
  hasRunner(device: string): boolean;
  /** Is a mirrored session still in the hub where it lives, as far as is known here? */
  isThere(session: Session): boolean;
  /** A hub that we offered it to shall miss nothing of this session from here on, or after `after`. */
  retain(session: Session, principal: Principal, after: Position | undefined): void;
  /** It has everything up to there on its disk. */
  kept(session: Session, principal: Principal, epoch: string, seq: number): void;
  /** What of a mirrored session only its own hub can do. Undefined: it is done here. */
  forwarded(session: Session, name: HubCommandName, args: object): Promise<unknown> | undefined;
}

/** People on sessions, as the rest of the hub sees them. */
export interface SharingPort {
  /** How many were told. `from`: who asks at the hub behind the caller's link. @throws IrisError */
  ask(session: Session, caller: HubViewer, from: AskedFrom | undefined): Promise<number>;
  /** So many heard of it at the hub behind the caller's link. */
  heard(caller: HubViewer, session: Session, ask: string, told: number): void;
  /** Nobody asks for it any more at the hub behind the caller's link. */
  unask(caller: HubViewer, session: Session, ask: string): void;
  /** What the hub where a mirrored session lives tells of those who ask; `hub`: the same for all its sessions. */
  above(session: Session, hub: string, event: PeopleEvent): Promise<void>;
  /** Those who are on a session are others now, or may do something else. */
  look(session: Session): void;
  /** @throws IrisError */
  grant(
    session: Session,
    caller: HubViewer,
    viewer: string,
    role: 'viewer' | 'typer',
  ): Promise<{ viewer: string; name: string; role: Role }>;
  /** Names of those who lost it. @throws IrisError */
  take(session: Session, caller: HubViewer, viewer: string | undefined): Promise<string[]>;
  /** May this viewer take back what it handed over? */
  handedOver(viewer: HubViewer, session: string): boolean;
  /** Undefined: nobody any more. @throws IrisError */
  follow(caller: HubViewer, viewer: string | undefined): HubViewer | undefined;
  /** Where a viewer looks, for those who follow it. */
  looks(
    caller: HubViewer,
    focus: {
      readonly session?: string | undefined;
      readonly tab?: string | undefined;
      readonly zoomed?: boolean | undefined;
    },
  ): void;
}

/** What the parts of a hub share. */
export interface HubContext {
  readonly clock: Clock;
  readonly log: HubLog;
  /** Version of this software, as `0.1.0`. */
  readonly version: string;
  readonly socket: string;
  readonly startedAt: number;
  /** Environment of the hub, for sessions whose starter sent none. */
  readonly env: Readonly<Record<string, string>>;
  readonly registry: SessionRegistry;
  readonly sessions: ReadonlyMap<string, Watchable>;
  readonly viewers: ViewersPort;
  readonly inputs: InputLedger;
  /** By this other hubs know it. */
  readonly id: string;
  readonly audit: Audit;
  /** What it is called by others. */
  readonly name: string;
  /** Who may come in over the network. */
  readonly access: Access;
  /** How it listens there now. */
  readonly network: NetworkState;
  /** What was changed in the config and counts only from the next start. */
  readonly pendingConfig: string | undefined;
  readonly far: FarHubsPort;
  readonly sharing: SharingPort;
  readonly hooks: HookDesk;
  readonly headless: HeadlessDesk;
  readonly workspaces: Workspaces;
  /** As last read from the config. */
  readonly teams: TeamConfig;
  readonly desk: TeamDesk;
  /** The session that was started with this key; with a session: remembers it. */
  startedBy(key: string, session?: Session): Session | undefined;
  /** Something of this session's info changed: viewers will hear of it. */
  changed(sessionId: string): void;
  /** A viewer was told how all sessions are now. */
  toldWhole(): void;
  /** Runs a command of the table. @throws IrisError */
  run(name: string, args: unknown, caller: HubViewer): Promise<unknown>;
  /** Begins to stop; does not wait for it. What comes back by itself does not start another one. */
  stopForGood(): void;
}
