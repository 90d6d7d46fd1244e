export { type Capabilities, detectCapabilities, type Environment, FULL_CAPABILITIES } from './capabilities.ts';
export { Compositor, type CompositorOptions, type Sink } from './compositor.ts';
export { restoreSequence } from './encoder.ts';
export type { CursorTarget, Highlight, Layer } from './layer.ts';
