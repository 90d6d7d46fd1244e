import type { ScreenEvent } from '../output/events.ts';

/** What a program said last with sequences made for it, in this run. */
export class Signals {
  title = '';
  says: string | undefined;
  mark: 'prompt' | 'command' | undefined;
  progress: number | undefined;
  notified = false;

  /** Takes an event; false when it says nothing about the state. */
  take(event: ScreenEvent): boolean {
    switch (event.type) {
      case 'title':
        this.title = event.title;
        return true;
      case 'agent':
        this.says = event.says;
        return true;
      case 'mark':
        this.mark = event.mark === 'C' ? 'command' : 'prompt';
        return true;
      case 'progress':
        this.progress = event.state;
        this.notified = false;
        return true;
      case 'bell':
      case 'notice':
        this.notified = true;
        return true;
      default:
        return false;
    }
  }

  /** The program that said it has gone; the title is the terminal's. */
  forget(): void {
    this.says = undefined;
    this.progress = undefined;
    this.notified = false;
  }
}
