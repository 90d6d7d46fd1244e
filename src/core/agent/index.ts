export { builtInRules, RuleBook, type RuleFile } from './book.ts';
export type { Decision, Explanation } from './explain.ts';
export * from './glance/index.ts';
export * from './headless/index.ts';
export * from './hooks/index.ts';
export {
  AgentMonitor,
  type AgentReport,
  type Authority,
  type MonitoredScreen,
  type MonitorOptions,
  type Sight,
} from './monitor.ts';
export { compilePattern as compileRulePattern } from './pattern.ts';
export { mayAnswer } from './prompt/board.ts';
export type { InputBox } from './prompt/box.ts';
export type { CompiledAnswers, CompiledBox, CompiledTranscript } from './prompt/compile.ts';
export { planReply, type ReplyPlan } from './prompt/reply.ts';
export type { AnswerRules, BoxRules, TranscriptRules } from './prompt/rules.ts';
export type { AgentPrompt, PromptChoice, PromptReply } from './prompt/types.ts';
export { parseRecording, type RecordedEvent, type Recording, type Rehearsed, rehearse } from './rehearsal.ts';
export * from './resume.ts';
export { BUILT_IN_RULES } from './rules/index.ts';
export { parseRuleFile, ruleFileSchema } from './schema.ts';
export { IDLE_HOLD_MS, RATE_LIMIT, RATE_WINDOW_MS, type SettledState, Settler, type Sign } from './settle.ts';
export { Submission, type SubmissionResult, type SubmissionStep } from './submit/submission.ts';
export { readAnswer } from './transcript/answer.ts';
export { ScreenFollower } from './transcript/follower.ts';
export * from './types.ts';
