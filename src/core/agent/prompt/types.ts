/** One answer an agent offers. */
export interface PromptChoice {
  /** As it stands before the label; from 1. */
  readonly number: number;
  readonly label: string;
  /** What `approve` and `deny` take; no other choice has one. */
  readonly means?: 'approve' | 'deny';
}

/** What a blocked agent asks, as it can be answered from elsewhere. Of the same rules as the state `blocked`: a quotation of one is none. */
export interface AgentPrompt {
  /**
   * Of this text, these choices, and this time they were asked: what replaces it, or is asked anew after somebody pressed a key, has another.
   * An answer names it, and reaches the agent only while it still stands there.
   */
  readonly id: string;
  /** At most 400 characters, one line. */
  readonly text: string;
  readonly choices: readonly PromptChoice[];
  /** May it be denied, be it by a choice or by a key? */
  readonly deniable: boolean;
  /** Does it take a text of one's own as the answer? */
  readonly takesText: boolean;
}

/** What somebody answers. */
export type PromptReply =
  | { readonly kind: 'approve' }
  | { readonly kind: 'deny' }
  | { readonly kind: 'choice'; readonly number: number }
  | { readonly kind: 'text'; readonly text: string };
