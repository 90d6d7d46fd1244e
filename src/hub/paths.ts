/** Where a hub keeps its things. The folders are made with 0700 if need be. */
export interface HubPaths {
  /** Unix socket; at most 103 bytes (sun_path of unix(7) has 108, of macOS 104). */
  readonly socket: string;
  /** Folder for hub.lock, hub.json, hub.log and the database. */
  readonly state: string;
}
