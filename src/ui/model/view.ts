import type { Tab, Workspace } from '../../core/index.ts';
import { panes } from '../layout/index.ts';

/** Where this viewer looks: its own tab, focus and zoom; another viewer's do not move it. */
export class View {
  /** Ids of the tabs that were visited, most recently first; the first is the current one. */
  #recent: string[] = [];
  /** Pane ids by tab, most recently focused first. */
  #focus = new Map<string, string[]>();
  #zoomed = new Set<string>();
  /** Tabs whose panes get what is typed together. Not kept: it should never come as a surprise. */
  readonly #synchronized = new Set<string>();
  #known = new Set<string>();

  get recent(): readonly string[] {
    return this.#recent;
  }
  get focus(): ReadonlyMap<string, readonly string[]> {
    return this.#focus;
  }
  get zoomed(): ReadonlySet<string> {
    return this.#zoomed;
  }

  get synchronized(): ReadonlySet<string> {
    return this.#synchronized;
  }

  /** Takes over what is new in the layout and forgets what is gone. */
  follow(workspace: Workspace): void {
    const ids = new Set(workspace.tabs.map((tab) => tab.id));
    const first = this.#known.size === 0;
    for (const tab of workspace.tabs) {
      if (!this.#known.has(tab.id)) {
        this.#focus.set(tab.id, [...tab.focus]);
        if (tab.zoomed) this.#zoomed.add(tab.id);
      }
      const present = new Set(panes(tab.layout).map((p) => p.id));
      const focus = (this.#focus.get(tab.id) ?? []).filter((id) => present.has(id));
      for (const id of present) if (!focus.includes(id)) focus.push(id);
      this.#focus.set(tab.id, focus);
      if (present.size < 2) this.#zoomed.delete(tab.id);
    }
    if (first) this.#recent = workspace.recent.filter((id) => ids.has(id));
    this.#recent = this.#recent.filter((id) => ids.has(id));
    const [leftmost] = workspace.tabs;
    if (this.#recent.length === 0 && leftmost) this.#recent.push(leftmost.id);
    for (const id of this.#focus.keys()) if (!ids.has(id)) this.#focus.delete(id);
    for (const id of this.#zoomed) if (!ids.has(id)) this.#zoomed.delete(id);
    for (const id of this.#synchronized) if (!ids.has(id)) this.#synchronized.delete(id);
    this.#known = ids;
  }

  tab(workspace: Workspace): Tab | undefined {
    return workspace.tabs.find((tab) => tab.id === this.#recent[0]);
  }

  goToTab(id: string): void {
    this.#recent = [id, ...this.#recent.filter((other) => other !== id)];
  }

  focused(tabId: string): string | undefined {
    return this.#focus.get(tabId)?.[0];
  }

  focusPane(tabId: string, paneId: string): void {
    this.#focus.set(tabId, [paneId, ...(this.#focus.get(tabId) ?? []).filter((id) => id !== paneId)]);
  }

  setSynchronized(tabId: string, on: boolean): void {
    if (on) this.#synchronized.add(tabId);
    else this.#synchronized.delete(tabId);
  }

  setZoom(tabId: string, zoomed: boolean): void {
    if (zoomed) this.#zoomed.add(tabId);
    else this.#zoomed.delete(tabId);
  }
}
