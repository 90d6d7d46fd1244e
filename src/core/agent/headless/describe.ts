import { plainText } from '../../errors.ts';
import type { PromptChoice } from '../prompt/types.ts';
import { asObject, type Json, type JsonObject, parseJson, shallow, text as textOf } from './values.ts';

/** Text from an agent as one line, without control characters. */
export function oneLine(text: string, limitChars = 300): string {
  // Cut first: only the beginning is looked at, however long it is.
  const plain = plainText(text.slice(0, limitChars * 4), limitChars * 4)
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > limitChars ? `${plain.slice(0, limitChars - 1)}…` : plain;
}

/** Errors of model services come as JSON in a string. */
export function errorWords(error: string): string {
  const json = error.startsWith('{') ? parseJson(error) : undefined;
  const said = textOf(json, 'error', 'message') ?? textOf(json, 'message') ?? error;
  return oneLine(said) || 'it gave no reason';
}

/** Arguments that say what a tool call is about, the most telling first. */
const TELLING = ['command', 'file_path', 'path', 'notebook_path', 'pattern', 'query', 'url', 'description', 'prompt'];

/** What a tool is called with, in a few words. */
export function summarizeInput(input: Json | undefined, limitChars = 120): string {
  const object = asObject(input);
  if (!object) return typeof input === 'string' ? oneLine(input, limitChars) : '';
  for (const key of TELLING) {
    const value = Object.hasOwn(object, key) ? object[key] : undefined;
    if (typeof value === 'string' && value !== '') return oneLine(value, limitChars);
  }
  return Object.keys(object).length === 0 ? '' : oneLine(jsonOf(object), limitChars);
}

export function jsonOf(value: Json | JsonObject): string {
  return JSON.stringify(shallow(value));
}

/** Plain options, numbered. */
export function choicesText(labels: readonly string[]): PromptChoice[] {
  return labels.slice(0, 99).map((label, i) => ({ number: i + 1, label: oneLine(label, 120) }));
}

/** 950, 2.5k, 1.2M. */
export function tokenCount(n: number): string {
  if (n < 1000) return String(n);
  return n < 1_000_000 ? `${(n / 1000).toFixed(1)}k` : `${(n / 1_000_000).toFixed(1)}M`;
}
