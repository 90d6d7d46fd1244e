import { type Dispose, type IrisError, includes, type Session, type SessionEvent } from '../core/index.ts';
import type { FeedOptions, HubContext, HubViewer, Watchable } from './context.ts';
import { Feed } from './feed.ts';
import { peopleOf, Typist } from './sharing/index.ts';
import { SizeRule } from './size-rule.ts';

/** A session and those who watch it. */
export class SharedSession implements Watchable {
  readonly session: Session;
  readonly size: SizeRule<Feed>;
  readonly #hub: HubContext;
  readonly #feeds = new Set<Feed>();
  readonly #typist: Typist;
  readonly #dispose: Dispose;

  constructor(session: Session, hub: HubContext) {
    this.session = session;
    this.#hub = hub;
    this.#typist = new Typist(session, hub);
    this.size = new SizeRule<Feed>(({ cols, rows }) => session.resize(cols, rows));
    this.#dispose = session.events.on((event) => this.#event(event));
  }

  /** Viewers, each once. */
  get viewers(): Set<HubViewer> {
    return new Set([...this.#feeds].map((feed) => feed.viewer));
  }

  attach(viewer: HubViewer, options: FeedOptions): Feed {
    const feed = new Feed(this, viewer, options, this.#hub.clock);
    this.#feeds.add(feed);
    this.peopleChanged();
    return feed;
  }

  /** By the feed itself, when it closes. */
  left(feed: Feed): void {
    if (!this.#feeds.delete(feed)) return;
    this.size.left(feed);
    this.peopleChanged();
  }

  /** The session was removed. `why`: as those who watch it are told. */
  dispose(why?: IrisError): void {
    this.#dispose();
    for (const feed of [...this.#feeds]) {
      feed.close();
      feed.viewer.ended(feed.stream, why);
    }
  }

  peopleChanged(): void {
    const { viewers, session } = this;
    session.viewers = viewers.size;
    session.people = peopleOf(viewers, session.id);
    // Whoever may not type any more does not change what others see.
    for (const feed of this.#feeds) {
      const role = feed.viewer.roleOn(session.id);
      if (!role || !includes(role, 'typer')) this.size.left(feed);
    }
    this.#hub.sharing.look(session);
  }

  typed(viewer: HubViewer): void {
    this.#typist.typed(viewer);
  }

  #event(event: SessionEvent): void {
    switch (event.type) {
      case 'entry':
        // The hot path: every chunk of output of every session.
        for (const feed of this.#feeds) feed.entry(event.entry);
        return;
      case 'restarted':
        for (const feed of this.#feeds) feed.restarted();
        return;
      case 'info':
        this.#hub.changed(this.session.id);
        // What the hub where it lives lets us do may be another.
        if (this.session.mirrored) this.#hub.sharing.look(this.session);
        return;
      case 'ended':
        this.#hub.changed(this.session.id);
        return;
      case 'bell':
        for (const viewer of this.viewers) viewer.event({ type: 'bell', sessionId: this.session.id });
        return;
      case 'clipboard':
      case 'notice':
        for (const viewer of this.viewers) viewer.event({ ...event, sessionId: this.session.id });
        return;
    }
  }
}
